import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import {
  ApiError,
  ConnectionLostError,
  createClient,
  deletePapers,
  memoryStore,
  Sitting,
  type SittingOptions,
  type Store,
} from "../src/index.js";
import { type Fate, Server } from "./server.js";

let server: Server;

function sit(options: Partial<SittingOptions> = {}): Sitting {
  const client = createClient({ baseUrl: "https://exams.test", fetch: server.fetch });
  return new Sitting({ client, examId: 7, userId: 42, ...options });
}

async function opened(options: Partial<SittingOptions> = {}): Promise<Sitting> {
  const sitting = sit(options);
  await sitting.start();
  return sitting;
}

/** Lets timers and everything that waits for them run for this long. */
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-01-05T04:30:00Z") });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  server = new Server();
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("answering", () => {
  it("shows an answer at once and sends it with others after two seconds", async () => {
    const sitting = await opened();
    void sitting.answer(101, "A");
    expect(sitting.state.answers).toEqual({ 101: "A" });
    expect([...sitting.state.unsaved]).toEqual([101]);
    await pass(1000);
    void sitting.answer(102, ["A", "C"]);
    expect(server.syncs).toEqual([]);
    await pass(2100);
    expect(server.syncs).toEqual([{ answers: { 101: "A", 102: ["A", "C"] }, partial: true, revision: 0 }]);
    expect(sitting.hasChanges).toBe(false);
    expect(sitting.state.unsaved.size).toBe(0);
    expect(sitting.state.savedAt).toEqual(new Date(Date.now() - 100));
  });

  it("clears an answer", async () => {
    server.saved.answers = { 101: "A" };
    const sitting = await opened();
    void sitting.answer(101, null);
    expect(sitting.state.answers).toEqual({});
    await sitting.sync();
    expect(server.saved.answers).toEqual({});
  });

  it("sends at most 500 answers at once, and the others right after", async () => {
    const sitting = await opened();
    for (let id = 101; id < 101 + 501; id += 1) void sitting.answer(id, "A");
    await sitting.sync();
    expect(server.syncs.map(({ answers }) => Object.keys(answers ?? {}).length)).toEqual([500, 1]);
  });

  it("sends the newest of an answer that changed during the call", async () => {
    const sitting = await opened();
    void sitting.answer(101, "A");
    const syncing = sitting.sync();
    void sitting.answer(101, "B");
    await syncing;
    expect([...sitting.state.unsaved]).toEqual([101]);
    await pass(2100);
    expect(server.saved.answers).toEqual({ 101: "B" });
  });

  it("tells of each change", async () => {
    const sitting = await opened();
    const listener = vi.fn();
    const end = sitting.subscribe(listener);
    const before = sitting.state;
    void sitting.answer(101, "A");
    expect(listener).toHaveBeenCalled();
    expect(sitting.state).not.toBe(before);
    end();
    listener.mockClear();
    void sitting.answer(101, "B");
    expect(listener).not.toHaveBeenCalled();
  });

  it("tells why an answer was refused, until it is changed, and keeps what was saved before", async () => {
    server.saved.answers = { 103: "4" };
    const sitting = await opened();
    void sitting.answer(103, "?");
    void sitting.answer(101, "A");
    await sitting.sync();
    expect(sitting.state.rejected).toEqual({ 103: { code: "not_an_answer", message: "Not a number" } });
    expect(sitting.state.answers).toEqual({ 101: "A", 103: "4" });
    expect(sitting.hasChanges).toBe(false);
    void sitting.answer(103, "5");
    expect(sitting.state.rejected).toEqual({});
  });

  it("sends marks with all that are marked, and not without a change of them", async () => {
    server.saved.markedForReview = [101];
    const sitting = await opened();
    void sitting.mark(102, true);
    expect([...sitting.state.marked]).toEqual([101, 102]);
    await sitting.sync();
    void sitting.mark(101, false);
    void sitting.mark(101, true);
    expect(sitting.hasChanges).toBe(false);
    void sitting.answer(101, "A");
    await sitting.sync();
    expect(server.syncs.map(({ markedForReview }) => markedForReview)).toEqual([[101, 102], undefined]);
  });

  it("counts the seconds of each question, and sends them with the next change", async () => {
    server.saved.seconds = { 101: 5 };
    const sitting = await opened();
    sitting.show(101);
    await pass(3500);
    sitting.show(102);
    await pass(1600);
    expect(server.syncs).toEqual([]);
    void sitting.answer(102, "B");
    await sitting.sync();
    expect(server.syncs[0]).toMatchObject({ visited: [101, 102], seconds: { 101: 8, 102: 1 } });
    void sitting.answer(102, "C");
    await sitting.sync();
    expect(server.syncs[1]).not.toHaveProperty("seconds");
  });
});

describe("a lost connection", () => {
  it("loses no answer, shows that it is offline, and tries again after growing pauses", async () => {
    const sitting = await opened();
    server.fates = ["lost", "lost", "lost"];
    void sitting.answer(101, "A");
    await pass(2100);
    expect(sitting.state.online).toBe(false);
    await pass(2900); // three quarters of 4 s
    expect(server.requests.length).toBe(4);
    await pass(200);
    expect(server.requests.length).toBe(4);
    await pass(6000 + 12_000);
    expect(server.saved.answers).toEqual({ 101: "A" });
    expect(sitting.state).toMatchObject({ online: true, problem: undefined });
  });

  it("meets its own write after a lost answer and changes nothing", async () => {
    const sitting = await opened();
    server.fates = ["unanswered"];
    void sitting.answer(101, "A");
    await expect(sitting.sync()).rejects.toThrow(ConnectionLostError);
    expect([...sitting.state.unsaved]).toEqual([101]);
    await sitting.sync();
    expect(server.saved).toMatchObject({ answers: { 101: "A" }, revision: 1 });
    expect(sitting.state.yielded).toEqual([]);
    expect(sitting.hasChanges).toBe(false);
  });

  it("keeps the newer of its own answers if the older one arrived and the confirmation did not, also over a restart", async () => {
    const store = memoryStore();
    const before = await opened({ store });
    void before.answer(101, "A");
    server.fates = ["unanswered"];
    await expect(before.sync()).rejects.toThrow(ConnectionLostError);
    void before.answer(101, "B");
    await pass(0);
    before.close();

    const after = await opened({ store });
    expect(after.state.answers).toEqual({ 101: "B" });
    void after.answer(101, null);
    server.fates = ["unanswered"];
    await expect(after.sync()).rejects.toThrow(ConnectionLostError);
    void after.answer(101, "C");
    await after.sync();

    expect(after.state.yielded).toEqual([]);
    expect(server.saved.answers).toEqual({ 101: "C" });
  });

  it("keeps the newer of its own answers if the older one was the last act of a closed page", async () => {
    const store = memoryStore();
    const before = await opened({ store, keepPaper: true });
    await before.answer(101, "A");
    before.close();
    server.fates = ["lost"];
    const after = sit({ store, keepPaper: true });
    await after.open();
    server.saved = { ...server.saved, answers: { 101: "A" }, revision: 1 };
    await after.answer(101, "B");

    await after.sync();

    expect(server.saved.answers).toEqual({ 101: "B" });
  });

  it("keeps answers over a restart, also those of another tab, the newest of each question", async () => {
    const store = memoryStore();
    const first = await opened({ store });
    const second = await opened({ store });
    await first.answer(101, "A");
    await first.answer(102, "A");
    await pass(1);
    await second.answer(102, "B");
    first.close();
    second.close();

    const again = await opened({ store });
    expect(again.state.answers).toEqual({ 101: "A", 102: "B" });
    await again.sync();
    expect(server.saved.answers).toEqual({ 101: "A", 102: "B" });
    await pass(0);
    expect(await store.entries("")).toEqual([]);
  });

  it("drops answers of an earlier attempt, which is graded", async () => {
    const store = memoryStore();
    const first = await opened({ store });
    await first.answer(101, "A");
    first.close();
    server.attemptId += 1;
    const again = await opened({ store });
    expect(again.state.answers).toEqual({});
    expect(await store.entries("")).toEqual([]);
  });

  it("does not show one user's answers to another", async () => {
    const store = memoryStore();
    const first = await opened({ store });
    await first.answer(101, "A");
    first.close();
    expect((await opened({ store, userId: 43 })).state.answers).toEqual({});
  });

  it("tells when the device does not store", async () => {
    const store = { ...memoryStore(), put: async () => Promise.reject(new Error("quota")) };
    const sitting = await opened({ store });
    await sitting.answer(101, "A");
    expect(sitting.state.stored).toBe(false);
    await sitting.sync();
    expect(server.saved.answers).toEqual({ 101: "A" });
  });

  it("syncs as soon as the network is back", async () => {
    const page = new EventTarget();
    vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
    const sitting = await opened();
    server.fates = Array.from({ length: 5 }, () => "lost" as const);
    void sitting.answer(101, "A");
    await pass(60_000);
    server.fates = [];
    page.dispatchEvent(new Event("online"));
    await pass(0);
    expect(server.saved.answers).toEqual({ 101: "A" });
  });
});

describe("another device", () => {
  it("is merged question by question; the newer answer to the same question stays", async () => {
    const sitting = await opened();
    Object.assign(server.saved, { answers: { 101: "B", 102: "C" }, markedForReview: [105], revision: 4 });
    void sitting.answer(101, "A");
    void sitting.answer(103, "1.5");
    void sitting.mark(104, true);
    await sitting.sync();
    expect(server.saved.answers).toEqual({ 101: "B", 102: "C", 103: "1.5" });
    expect(server.saved.markedForReview).toEqual([105, 104]);
    expect(sitting.state.answers).toEqual(server.saved.answers);
    expect(sitting.state.yielded).toEqual([{ questionId: 101, base: null, mine: "A", theirs: "B" }]);
  });

  it("is overruled if the page decides so", async () => {
    const sitting = await opened({ resolve: ({ mine }) => mine });
    Object.assign(server.saved, { answers: { 101: "B" }, revision: 4 });
    void sitting.answer(101, "A");
    await sitting.sync();
    expect(server.saved.answers).toEqual({ 101: "A" });
  });

  it("that gave the same answer is no conflict", async () => {
    const sitting = await opened();
    Object.assign(server.saved, { answers: { 101: ["C", "A"], 102: "1.50" }, revision: 4 });
    void sitting.answer(101, ["A", "C"]);
    void sitting.answer(102, "1.5");
    await sitting.sync();
    expect(sitting.state.yielded).toEqual([]);
    expect(server.saved.revision).toBe(4);
  });

  it("that writes all the time makes a sync give up for now", async () => {
    const sitting = await opened();
    const stale = (revision: number) => ({
      status: 409,
      body: { message: "", code: "stale_revision", answers: {}, markedForReview: [], revision, remaining_seconds: 60 },
    });
    server.fates = [stale(1), stale(2), stale(3), stale(4)];
    void sitting.answer(101, "A");
    await expect(sitting.sync()).rejects.toThrow(ApiError);
    expect([...sitting.state.unsaved]).toEqual([101]);
  });
});

describe("time", () => {
  it("is counted down from the server's, whatever the device's clock says", async () => {
    const sitting = await opened();
    await pass(60_000);
    vi.setSystemTime(0);
    expect(Math.round(sitting.remainingSeconds)).toBe(3540);
  });

  it("ends in the grace, in which unsent answers are sent at once and cleared ones stay", async () => {
    server.saved.answers = { 102: "B" };
    const sitting = await opened();
    await pass(3599_500);
    void sitting.answer(101, "A");
    void sitting.answer(102, null);
    await pass(600);
    expect(sitting.state.phase).toBe("grace");
    expect(server.saved.answers).toEqual({ 101: "A", 102: "B" });
    expect(sitting.state.answers).toEqual({ 101: "A", 102: "B" });
  });

  it("is over when the server says so; what came too late is told, and submitting answers with the result", async () => {
    const sitting = await opened();
    server.ended = true;
    void sitting.answer(101, "A");
    await pass(2100);
    expect(sitting.state.phase).toBe("over");
    expect([...sitting.state.unsaved]).toEqual([101]);
    expect((await sitting.submit()).result_id).toBe(9);
    expect(sitting.state.phase).toBe("submitted");
  });

  it("is asked for now and then without changes, but not by a whole hall at its end", async () => {
    const sitting = await opened({ interval: 120_000 });
    await pass(121_000);
    expect(server.syncs.length).toBe(1);
    server.endsAt = Date.now() + 5_000;
    await sitting.open();
    await pass(6_000);
    expect(sitting.state.phase).toBe("grace");
    expect(server.syncs.length).toBe(1);
  });
});

describe("the interval", () => {
  it("can change while the exam is sat", async () => {
    const sitting = await opened({ interval: 300_000 });
    await pass(100_000);
    expect(server.syncs).toEqual([]);
    sitting.interval = 30_000;
    await pass(91_000);
    expect(server.syncs.length).toBe(3);
    sitting.interval = 300_000;
    await pass(290_000);
    expect(server.syncs.length).toBe(3);
  });
});

describe("timed sections", () => {
  const timed = (left: number) => [
    { id: 1, state: "open", remaining_seconds: left },
    { id: 2, state: "upcoming", remaining_seconds: 1800 },
  ];

  it("get their part of added time with the next answer of the server", async () => {
    server.sections = timed(1800);
    const sitting = await opened({ interval: 30_000 });
    const papers = () => server.arrived.filter((it) => it === "GET /exam/7").length;
    await pass(31_000);
    expect([Math.round(sitting.sectionRemainingSeconds ?? 0), papers()]).toEqual([1769, 1]);
    server.endsAt += 600_000;
    server.sections = timed(2069);
    await sitting.sync();
    expect([Math.round(sitting.sectionRemainingSeconds ?? 0), papers()]).toEqual([2069, 2]);
    await pass(61_000);
    expect(papers()).toBe(2);
  });

  it("are asked for again if that answer gets lost", async () => {
    server.sections = timed(1800);
    const sitting = await opened({ interval: 300_000 });
    server.endsAt += 600_000;
    server.sections = timed(2069);
    const synced = undefined as unknown as Fate;
    server.fates = [synced, "lost", "lost", "lost"];
    sitting.sync().catch(() => undefined);
    await pass(20_000);
    expect(server.fates).toEqual([]);
    await pass(60_000);
    expect(sitting.sectionRemainingSeconds).toBeGreaterThan(1900);
  });
});

describe("refusals", () => {
  it("keep the answers and are shown; a wait that the server asks for is kept", async () => {
    const sitting = await opened();
    server.fates = [{ status: 503, headers: { "retry-after": "20" }, body: { message: "busy" } }];
    void sitting.answer(101, "A");
    await pass(2100);
    expect(sitting.state.problem).toMatchObject({ status: 503, retryAfter: 20 });
    await pass(19_000);
    expect(server.syncs).toEqual([]);
    await pass(1_500);
    expect(server.saved.answers).toEqual({ 101: "A" });
    expect(sitting.state.problem).toBeUndefined();
  });
});

describe("submitting", () => {
  it("sends what is unsent first, and clears the store", async () => {
    const store = memoryStore();
    const sitting = await opened({ store });
    await sitting.answer(101, "A");
    await sitting.submit();
    expect(server.saved.answers).toEqual({ 101: "A" });
    expect(server.arrived.at(-1)).toBe("POST /submit-exam/7");
    expect(await store.entries("")).toEqual([]);
    await pass(600_000);
    expect(server.arrived.at(-1)).toBe("POST /submit-exam/7");
  });

  it("does not submit while answers cannot be sent", async () => {
    const sitting = await opened();
    await sitting.answer(101, "A");
    server.fates = ["lost"];
    await expect(sitting.submit()).rejects.toThrow(ConnectionLostError);
    expect(server.ended).toBe(false);
    await sitting.submit();
    expect(server.saved.answers).toEqual({ 101: "A" });
  });
});

describe("requests", () => {
  const HOURS = 3 * 3600_000;
  /** A sitting with 75 questions, a third of which are answered twice, evenly spread: how often it asks the server. */
  async function sittingOf(options: Partial<SittingOptions>): Promise<number> {
    server.endsAt = Date.now() + HOURS + 60_000;
    const sitting = await opened(options);
    for (let change = 0; change < 100; change += 1) {
      void sitting.answer(101 + (change % 75), change < 75 ? "A" : "B");
      await pass(HOURS / 100);
    }
    sitting.close();
    return server.requests.length;
  }

  it("are one for each change, so many as the cost model counts for clients that only send changes", async () => {
    expect(await sittingOf({})).toBe(100 + 2);
  });

  it("are up to three more for each change if a page in sight asks for the time every 30 seconds", async () => {
    const asked = await sittingOf({ interval: 30_000 });
    expect(asked).toBeGreaterThan(300);
    expect(asked).toBeLessThanOrEqual(400 + 2);
  });

  it("are no more than the model's if it asks every five minutes, because events tell of a changed time", async () => {
    expect(await sittingOf({ interval: 300_000 })).toBe(100 + 2);
  });

  it("are no more than the model's while the page is not in sight", async () => {
    vi.stubGlobal("document", { visibilityState: "hidden", addEventListener: vi.fn(), removeEventListener: vi.fn() });
    expect(await sittingOf({ interval: 30_000 })).toBe(100 + 2);
  });
});

describe("a kept paper", () => {
  const keeping = (store: Store, options: Partial<SittingOptions> = {}) => sit({ store, keepPaper: true, ...options });
  const lost = (times = 20) => (server.fates = Array<Fate>(times).fill("lost"));
  const papers = async (store: Store) => (await store.entries("paper/")).map(([key]) => key);

  it("is opened without a network, with what the server had and what it has not got yet", async () => {
    const store = memoryStore();
    const before = keeping(store);
    await before.open();
    void before.answer(101, "A");
    void before.mark(102, true);
    await before.sync();
    lost();
    void before.answer(103, "2.5");
    await pass(2100);
    before.close();

    const after = keeping(store);
    await after.open();

    expect(after.state).toMatchObject({ answers: { 101: "A", 103: "2.5" }, online: false, phase: "running" });
    expect([...after.state.marked]).toEqual([102]);
    expect([...after.state.unsaved]).toEqual([103]);
    void after.answer(104, "B");
    server.fates = [];
    await after.sync();
    expect(server.saved).toMatchObject({ answers: { 101: "A", 103: "2.5", 104: "B" }, markedForReview: [102] });
    expect(after.state).toMatchObject({ online: true, unsaved: new Set() });
  });

  it("counts the time down by the server's clock, however wrong the device's is", async () => {
    const store = memoryStore();
    const hour = 3600_000;
    vi.setSystemTime(Date.now() - 5 * hour);
    server.ahead = 5 * hour;
    server.endsAt = Date.now() + server.ahead + hour;
    await keeping(store).open();
    await pass(600_000);
    lost();

    const after = keeping(store);
    await after.open();

    expect(after.remainingSeconds).toBeCloseTo(3000, 0);
  });

  it("is merged with what another device saved meanwhile", async () => {
    const store = memoryStore();
    await keeping(store).open();
    server.saved = { ...server.saved, answers: { 101: "C" }, revision: 4 };
    lost();
    const after = keeping(store);
    await after.open();
    void after.answer(102, "B");
    server.fates = [];

    await after.sync();

    expect(server.saved.answers).toEqual({ 101: "C", 102: "B" });
  });

  it("asks again by itself, and sends no sync if nothing changed", async () => {
    const store = memoryStore();
    await keeping(store).open();
    lost(2);
    const after = keeping(store);
    await after.open();
    expect(after.state.online).toBe(false);

    await pass(60_000);

    expect(after.state.online).toBe(true);
    expect(server.syncs).toEqual([]);
  });

  it("is not mixed with another attempt, which may be another person's", async () => {
    const store = memoryStore();
    await keeping(store).open();
    lost();
    const after = keeping(store);
    await after.open();
    void after.answer(101, "A");
    server.fates = [];
    server.attemptId = 18;

    await expect(after.sync()).rejects.toThrow(ApiError);

    expect(after.state.phase).toBe("over");
    expect(server.saved.answers).toEqual({});
    expect(await papers(store)).toEqual([]);
  });

  it("is not opened when the server refuses, or when another user asks", async () => {
    const store = memoryStore();
    await keeping(store).open();
    server.fates = [{ status: 409, body: { message: "Paused", code: "exam_paused" } }];
    await expect(keeping(store).open()).rejects.toThrow("Paused");
    lost();
    const other = keeping(store, { userId: 43 }).open();
    const failed = expect(other).rejects.toThrow(ConnectionLostError);
    await pass(60_000);
    await failed;
  });

  it("is opened when the server is down", async () => {
    const store = memoryStore();
    await keeping(store).open();
    server.fates = [{ status: 503 }];

    await keeping(store).open();
  });

  it("is deleted when the exam is handed in, or found to be over, and by who signs out", async () => {
    const store = memoryStore();
    const sitting = keeping(store);
    await sitting.open();
    expect(await papers(store)).toEqual(["paper/42/7/paper", "paper/42/7/state"]);
    await sitting.submit();
    expect(await papers(store)).toEqual([]);

    await keeping(store).open();
    server.fates = [{ status: 400, body: { message: "over", code: "exam_time_over" } }];
    await expect(keeping(store).open()).rejects.toThrow("over");
    expect(await papers(store)).toEqual([]);

    const last = keeping(store);
    await last.open();
    last.close();
    await deletePapers(store, (key) => !key.startsWith("paper/42/"));
    expect(await papers(store)).toHaveLength(2);
    await deletePapers(store);
    expect(await papers(store)).toEqual([]);
  });
});
