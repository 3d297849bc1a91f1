import { api } from "@/shared/api/client";

export interface LiveEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

type Listener = (event: LiveEvent) => void;

const HEARTBEAT = 60_000;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;

/**
 * The connection over which the server tells what happens, one for the whole tab. It is there while somebody listens
 * and comes back by itself; listeners get the event `reconnected` then, since events in between were missed.
 */
class Live {
  readonly #listeners = new Set<Listener>();
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #wait = FIRST_WAIT;
  #wasOpen = false;

  /** Hear of every event; returns how to stop. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) void this.#open();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#close();
    };
  }

  /** Send a frame; false if there is no connection at the moment. */
  send(frame: Readonly<Record<string, unknown>>): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  async #open(): Promise<void> {
    let url: string;
    try {
      url = (await api.post("/api/chat/ws-ticket", {})).url;
    } catch {
      this.#again();
      return;
    }
    if (this.#listeners.size === 0 || this.#socket) return;
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#wait = FIRST_WAIT;
      this.#heartbeat = setInterval(() => this.send({ action: "heartbeat" }), HEARTBEAT);
      if (this.#wasOpen) this.#tell({ event: "reconnected", data: {} });
      this.#wasOpen = true;
    });
    socket.addEventListener("message", (message) => this.#hear(message.data));
    socket.addEventListener("close", () => {
      if (this.#socket !== socket) return;
      this.#forget();
      this.#again();
    });
  }

  #hear(frame: unknown): void {
    if (typeof frame !== "string") return;
    const event = JSON.parse(frame) as Partial<LiveEvent>;
    if (typeof event.event === "string") this.#tell({ event: event.event, data: event.data ?? {} });
  }

  #tell(event: LiveEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Try again later; twice as long after each failure, and not all clients at once. */
  #again(): void {
    if (this.#listeners.size === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#open(), this.#wait * (0.5 + Math.random() / 2));
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  #close(): void {
    const socket = this.#socket;
    clearTimeout(this.#timer);
    this.#forget();
    this.#wasOpen = false;
    socket?.close();
  }

  #forget(): void {
    clearInterval(this.#heartbeat);
    this.#socket = undefined;
  }
}

export const live = new Live();
