import { api } from "@/shared/api/client";

export interface LiveEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

type Listener = (event: LiveEvent) => void;

const FIRST_WAIT = 1000;
/** Milliseconds within which the server answers a heartbeat, or the connection is given up. */
const ANSWER = 10_000;
/** Milliseconds of silence after which a page that comes back into sight proves its connection: the device may have slept. */
const SILENCE = 60_000;

export interface LiveOptions {
  /** Milliseconds between two heartbeats; the gateway closes a connection that was silent for ten minutes. */
  readonly heartbeat: number;
  /** Milliseconds between two tries to connect, at most. */
  readonly longestWait: number;
}

/**
 * A connection over which the server tells what happens. It is there while somebody listens and comes back by itself.
 *
 * Listeners also get the events `connected` and, later, `reconnected`, since events in between were missed, as soon as the
 * server has answered a heartbeat: a network may let connections open and carry nothing. `disconnected` follows when it is lost;
 * its `silently` is true if a regular heartbeat found out, so that the network had dropped the connection without a word.
 */
export class Live {
  readonly #options: LiveOptions;
  readonly #listeners = new Set<Listener>();
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #unanswered: ReturnType<typeof setTimeout> | undefined;
  #wait = FIRST_WAIT;
  #heardAt = 0;
  #isProven = false;
  #wasProven = false;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  /** Hear of every event; returns how to stop. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) {
      addEventListener("online", this.#comeBack);
      document.addEventListener("visibilitychange", this.#wake);
      void this.#open();
    }
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

  /** Make sure that the connection is still there; one that does not answer is replaced. */
  probe(): void {
    this.#prove(false);
  }

  #prove(isRegular: boolean): void {
    if (!this.send({ action: "heartbeat" })) return;
    clearTimeout(this.#unanswered);
    this.#unanswered = setTimeout(() => this.#lose(isRegular), ANSWER);
  }

  readonly #wake = (): void => {
    if (document.visibilityState === "visible" && Date.now() - this.#heardAt > SILENCE) this.probe();
  };

  readonly #comeBack = (): void => {
    this.#wait = FIRST_WAIT;
    if (this.#socket) this.probe();
    else void this.#open();
  };

  async #open(): Promise<void> {
    clearTimeout(this.#timer);
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
      if (this.#socket !== socket) return;
      this.#heartbeat = setInterval(() => this.#prove(true), this.#options.heartbeat);
      this.probe();
    });
    socket.addEventListener("message", (message) => {
      if (this.#socket === socket) this.#hear(message.data);
    });
    socket.addEventListener("close", () => {
      if (this.#socket === socket) this.#lose();
    });
  }

  #hear(frame: unknown): void {
    if (typeof frame !== "string") return;
    clearTimeout(this.#unanswered);
    this.#heardAt = Date.now();
    if (!this.#isProven) {
      this.#wait = FIRST_WAIT;
      this.#isProven = true;
      this.#tell({ event: this.#wasProven ? "reconnected" : "connected", data: {} });
      this.#wasProven = true;
    }
    const event = JSON.parse(frame) as Partial<LiveEvent>;
    if (typeof event.event === "string") this.#tell({ event: event.event, data: event.data ?? {} });
  }

  #tell(event: LiveEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #lose(silently = false): void {
    const wasProven = this.#isProven;
    this.#forget();
    if (wasProven) this.#tell({ event: "disconnected", data: { silently } });
    this.#again();
  }

  /** Try again later; twice as long after each failure, and not all clients at once. */
  #again(): void {
    if (this.#listeners.size === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#open(), this.#wait * (0.5 + Math.random() / 2));
    this.#wait = Math.min(this.#wait * 2, this.#options.longestWait);
  }

  #close(): void {
    removeEventListener("online", this.#comeBack);
    document.removeEventListener("visibilitychange", this.#wake);
    clearTimeout(this.#timer);
    this.#forget();
    this.#wait = FIRST_WAIT;
    this.#wasProven = false;
  }

  #forget(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#unanswered);
    const socket = this.#socket;
    this.#socket = undefined;
    this.#isProven = false;
    socket?.close();
  }
}

/** The tab's connection for chat and discussions; whoever has one is online. */
export const live = new Live({ heartbeat: 60_000, longestWait: 30_000 });
