import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { api } from "@/shared/api/client";
import { Live } from "@/shared/live/socket";

vi.mock("@/shared/api/client", () => ({ api: { post: vi.fn() } }));

/** A connection whose other end is the test. */
class Connection extends EventTarget {
  static readonly OPEN = 1;
  static readonly all: Connection[] = [];
  readyState = 0;
  readonly sent: string[] = [];

  constructor(readonly url: string) {
    super();
    Connection.all.push(this);
  }

  open(): void {
    this.readyState = Connection.OPEN;
    this.dispatchEvent(new Event("open"));
  }

  send(frame: string): void {
    this.sent.push(frame);
  }

  say(event: string, data: object = {}): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify({ event, data }) }));
  }

  close(): void {
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }
}

const HEARTBEAT = 480_000;
const BEAT = JSON.stringify({ action: "heartbeat" });
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const newest = (): Connection => {
  const connection = Connection.all.at(-1);
  if (!connection) throw new Error("no connection was opened");
  return connection;
};

let heard: string[];
let live: Live;
let stop: () => void;
let atWindow: EventTarget;
let atDocument: EventTarget;

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Connection);
  atWindow = new EventTarget();
  vi.stubGlobal("addEventListener", atWindow.addEventListener.bind(atWindow));
  atDocument = Object.assign(new EventTarget(), { visibilityState: "visible" });
  vi.stubGlobal("document", atDocument);
  vi.stubGlobal("removeEventListener", atWindow.removeEventListener.bind(atWindow));
  vi.spyOn(Math, "random").mockReturnValue(1);
  Connection.all.length = 0;
  vi.mocked(api.post).mockReset();
  vi.mocked(api.post).mockResolvedValue({ url: "wss://sockets.test?ticket=1" });
  heard = [];
  live = new Live({ heartbeat: HEARTBEAT, longestWait: 300_000 });
  stop = live.listen(({ event }) => heard.push(event));
  await pass(0);
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the connection", () => {
  it("counts when the server has answered over it, and carries events then", () => {
    newest().open();
    expect([newest().sent, heard]).toEqual([[BEAT], []]);
    newest().say("heartbeat_ack");
    newest().say("exam_time");
    expect(heard).toEqual(["connected", "heartbeat_ack", "exam_time"]);
  });

  it("is replaced if it opens and carries nothing, after longer and longer waits", async () => {
    const waits: number[] = [];
    for (let before = Date.now(); Connection.all.length < 12; before = Date.now()) {
      const known = Connection.all.length;
      newest().open();
      while (Connection.all.length === known) await pass(1000);
      waits.push(Math.round((Date.now() - before) / 1000));
    }
    expect(heard).toEqual([]);
    expect(waits).toEqual([11, 12, 14, 18, 26, 42, 74, 138, 266, 310, 310]);
  });

  it("is kept by a heartbeat before the gateway closes it, and lost if that is not answered", async () => {
    newest().open();
    newest().say("heartbeat_ack");
    await pass(HEARTBEAT);
    newest().say("heartbeat_ack");
    await pass(HEARTBEAT + 9_000);
    expect([newest().sent, heard.includes("disconnected")]).toEqual([[BEAT, BEAT, BEAT], false]);
    await pass(1_000);
    expect(heard.at(-1)).toBe("disconnected");
    await pass(1_000);
    expect(Connection.all.length).toBe(2);
  });

  it("comes back by itself after it was closed, and says so when it is proven again", async () => {
    newest().open();
    newest().say("heartbeat_ack");
    newest().close();
    expect(heard.at(-1)).toBe("disconnected");
    await pass(1_000);
    newest().open();
    expect(heard.at(-1)).toBe("disconnected");
    newest().say("heartbeat_ack");
    expect(heard.slice(-2)).toEqual(["reconnected", "heartbeat_ack"]);
  });

  it("is tried again at once when the network is back, and proven if it was there", async () => {
    vi.mocked(api.post).mockRejectedValue(new Error("no network"));
    newest().close();
    await pass(60_000);
    const asked = vi.mocked(api.post).mock.calls.length;
    vi.mocked(api.post).mockResolvedValue({ url: "wss://sockets.test?ticket=2" });
    atWindow.dispatchEvent(new Event("online"));
    await pass(0);
    expect(vi.mocked(api.post).mock.calls.length).toBe(asked + 1);
    newest().open();
    newest().say("heartbeat_ack");
    atWindow.dispatchEvent(new Event("online"));
    expect(newest().sent).toEqual([BEAT, BEAT]);
    await pass(10_000);
    expect(heard.at(-1)).toBe("disconnected");
  });

  it("says whether a regular heartbeat found it silent", async () => {
    const silently: unknown[] = [];
    live.listen(({ event, data }) => event === "disconnected" && silently.push(data.silently));
    newest().open();
    newest().say("heartbeat_ack");
    live.probe();
    await pass(11_000);
    newest().open();
    newest().say("heartbeat_ack");
    await pass(HEARTBEAT + 10_000);
    expect(silently).toEqual([false, true]);
  });

  it("is proven when the page comes back into sight, unless it was heard a moment ago", async () => {
    newest().open();
    newest().say("heartbeat_ack");
    atDocument.dispatchEvent(new Event("visibilitychange"));
    expect(newest().sent).toEqual([BEAT]);
    await pass(61_000);
    atDocument.dispatchEvent(new Event("visibilitychange"));
    expect(newest().sent).toEqual([BEAT, BEAT]);
    await pass(10_000);
    expect(heard.at(-1)).toBe("disconnected");
  });

  it("is closed when nobody listens, and not opened again", async () => {
    newest().open();
    newest().say("heartbeat_ack");
    stop();
    expect(newest().readyState).toBe(3);
    await pass(600_000);
    expect([Connection.all.length, heard.includes("disconnected")]).toEqual([1, false]);
  });
});
