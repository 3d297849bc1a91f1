import type { Answer, MaybeAnswer } from "./answers.js";
import type { ExamClient, Reply } from "./client.js";
import { ApiError, ConnectionLostError } from "./errors.js";
import { Journal } from "./journal.js";
import { monotonic } from "./monotonic.js";
import {
  deletePapers,
  keepState,
  keptPaper,
  type KeptPaper,
  keptPrefix,
  keepPaper,
  type Paper,
  type Spent,
} from "./papers.js";
import { type Conflict, type Draft, type Rejection, type Resolve, Sheet, type Unconfirmed } from "./sheet.js";
import { memoryStore, type Store } from "./stores.js";

export type Submission = Reply<"post", "/submit-exam/{exam_id}">;

/**
 * - `closed`: not opened yet, or another device ended it and `open` is needed
 * - `running`: time remains
 * - `grace`: time is up, and the server still takes answers for some seconds: submit now
 * - `over`: the server closed the attempt with the answers that arrived in time
 * - `submitted`
 */
export type Phase = "closed" | "running" | "grace" | "over" | "submitted";

/** What a page shows. Every change makes a new object. */
export interface SittingState {
  readonly phase: Phase;
  readonly paper: Paper | undefined;
  /** Answers as the student sees them, by question id, confirmed by the server or not. */
  readonly answers: Readonly<Record<string, Answer>>;
  readonly marked: ReadonlySet<number>;
  readonly visited: ReadonlySet<number>;
  /** Ids of questions whose answers the server has not confirmed. */
  readonly unsaved: ReadonlySet<number>;
  /** Answers that the server refused, by question id, until the student changes them; what it had saved before stays. */
  readonly rejected: Readonly<Record<string, Rejection>>;
  /** Answers that another device gave meanwhile and that were taken over, of the last merge that had any. */
  readonly yielded: readonly Conflict[];
  /** Whether the last sync got an answer. */
  readonly online: boolean;
  /** Whether changes are stored on this device. False when its storage refuses: they are in memory only. */
  readonly stored: boolean;
  /** Why the server refused the last sync (a lost session, a pause); undefined after one that succeeded. */
  readonly problem: ApiError | undefined;
  /** The server's time of the last confirmation; undefined before. */
  readonly savedAt: Date | undefined;
}

export interface SittingOptions {
  readonly client: ExamClient;
  readonly examId: number;
  /** Whose answers they are: the user's id. Devices are shared. */
  readonly userId: number;
  /** Where unconfirmed changes are kept; default: in memory, which loses them with the tab. */
  readonly store?: Store;
  /**
   * Whether the store also keeps the paper and what the server has saved, as long as the attempt runs, so that `open` works
   * without a network after a restart. `deletePapers` deletes them, when the user signs out for example. Default: false.
   */
  readonly keepPaper?: boolean;
  /** Milliseconds for which changes are collected; default 2000. */
  readonly settle?: number;
  /**
   * Milliseconds after which it syncs without a change, to learn the time; default 120,000, which is also the least for a page
   * that is not in sight. It may be set later.
   */
  readonly interval?: number;
  /** Chooses the answer if another device gave a different one to the same question; default: theirs, which is newer. */
  readonly resolve?: Resolve;
}

const HEARTBEAT = 120_000;
const MERGES = 3; // how often other devices may write first before a sync gives up for now
const LONGEST_PAUSE = 60_000;
const LONGEST_TIMER = 2 ** 31 - 1;
/** Milliseconds before a section ends at which changes are sent without waiting: a section has no grace. */
const BEFORE_THE_END = 3000;
/** Milliseconds by which an end must move for the ends of timed sections to be asked for: more than slow answers explain. */
const MOVED = 5000;
const ENDED = new Set(["exam_time_over", "no_attempt"]);
/** Milliseconds for which a server that does not answer keeps a kept paper from being opened. */
const PATIENCE = 4000;
const SHORT_TIMEOUT = 15_000;

/**
 * A student's answers in one attempt, kept on the device until the server has confirmed them.
 *
 * A change stays in the store until the server has answered for it, so a lost connection, a closed tab or a restart loses
 * none. Newer answers are never overwritten: each sync names the revision that this device saw last, and 409
 * `stale_revision` is merged question by question.
 */
export class Sitting {
  readonly #client: ExamClient;
  readonly #examId: number;
  readonly #store: Store;
  readonly #journal: Journal<Unconfirmed>;
  /** Where the paper is kept; undefined if it is not. */
  readonly #keptAt: string | undefined;
  readonly #settle: number;
  #interval: number;
  readonly #resolve: Resolve;

  readonly #listeners = new Set<() => void>();
  #state: SittingState = {
    phase: "closed",
    paper: undefined,
    answers: {},
    marked: new Set(),
    visited: new Set(),
    unsaved: new Set(),
    rejected: {},
    yielded: [],
    online: true,
    stored: true,
    problem: undefined,
    savedAt: undefined,
  };

  #sheet = new Sheet();
  /** Whether the server has confirmed that the attempt runs; not yet if the paper was opened as it was kept. */
  #isConfirmed = false;
  #isClosed = false;
  #endsAt = 0; // on the monotonic clock, as all times here
  #sectionEndsAt = Infinity;
  /** Whether the attempt's end moved since the sections' ends were loaded. */
  #hasMoved = false;
  #heardAt = 0;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #syncing: Promise<void> | undefined;
  #listening = false;

  constructor(options: SittingOptions) {
    this.#client = options.client;
    this.#examId = options.examId;
    this.#store = options.store ?? memoryStore();
    this.#journal = new Journal(
      this.#store,
      `sitting/${options.userId}/${options.examId}/`,
      () => (this.hasChanges ? this.#sheet.unconfirmed : undefined),
      (stored) => stored === this.#state.stored || this.#set({ stored }),
    );
    this.#keptAt = options.keepPaper ? keptPrefix(options.userId, options.examId) : undefined;
    this.#settle = options.settle ?? 2000;
    this.#interval = options.interval ?? HEARTBEAT;
    this.#resolve = options.resolve ?? (({ theirs }) => theirs);
  }

  /** The current state; the same object until something changes. */
  get state(): SittingState {
    return this.#state;
  }

  /** Whether there are changes that the server does not have. */
  get hasChanges(): boolean {
    return this.#sheet.hasChanges;
  }

  /** Seconds until the time is up, by a clock that the device's time of day does not move; never below 0. */
  get remainingSeconds(): number {
    return Math.max(0, (this.#endsAt - monotonic()) / 1000);
  }

  /** Seconds until the open section closes; undefined if the sections are not timed. */
  get sectionRemainingSeconds(): number | undefined {
    return this.#sectionEndsAt === Infinity ? undefined : Math.max(0, (this.#sectionEndsAt - monotonic()) / 1000);
  }

  /** Milliseconds after which it syncs without a change: longer ones do where something else tells of a changed time. */
  get interval(): number {
    return this.#interval;
  }

  set interval(milliseconds: number) {
    this.#interval = milliseconds;
    this.#plan();
  }

  /** Calls the listener after each change of `state`; returns what ends that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Starts an attempt or resumes the running one, and opens its paper. Throws `ApiError`, `ConnectionLostError`. */
  async start(accessCode?: string): Promise<Paper> {
    const body = accessCode === undefined ? {} : { access_code: accessCode };
    await this.#client.post("/start-exam/{exam_id}", { ...this.#path, body });
    return this.open();
  }

  /**
   * Loads the paper and the saved answers of the running attempt, and applies the changes that are stored on this device,
   * also by tabs that were closed. Those of an earlier attempt are dropped, because it is graded.
   *
   * Without an answer it opens the paper as it was kept (`keepPaper`), with `state.online` false; the next sync that gets
   * an answer compares it with the server's.
   */
  async open(): Promise<Paper> {
    const kept = this.#keptAt && !this.#sheet.attemptId ? await keptPaper(this.#store, this.#keptAt) : undefined;
    if (!kept) return this.#load();
    try {
      return await this.#load(AbortSignal.timeout(PATIENCE));
    } catch (error) {
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) throw error;
      return this.#reopen(kept);
    }
  }

  /**
   * Gives, changes or (with `null`) clears an answer. It counts at once in `state`; the promise resolves when it is stored
   * on the device, and never waits for the network.
   */
  answer(questionId: number, answer: MaybeAnswer): Promise<void> {
    const id = String(questionId);
    this.#sheet.answer(id, answer);
    const { [id]: _, ...rejected } = this.#state.rejected;
    this.#set({ rejected });
    this.#plan();
    return this.#journal.write();
  }

  /** Marks a question for review, or takes the mark away. */
  mark(questionId: number, marked: boolean): Promise<void> {
    this.#sheet.mark(questionId, marked);
    this.#set({});
    this.#plan();
    return this.#journal.write();
  }

  /** Tells which question is on the screen (null for none), for the palette and the time per question. */
  show(questionId: number | null): void {
    this.#sheet.show(questionId);
    this.#set({});
    void this.#journal.write();
  }

  /**
   * Sends the changes now; while one is running, its promise. Throws `ApiError` and `ConnectionLostError`; the changes are
   * kept then, and sent later by itself.
   */
  sync(): Promise<void> {
    this.#syncing ??= this.#sync().finally(() => {
      this.#syncing = undefined;
      this.#plan();
    });
    return this.#syncing;
  }

  /** Syncs after one that is running, whose answer may be older than a change that the caller heard of. */
  async refresh(): Promise<void> {
    await this.#syncing?.catch(() => undefined);
    await this.sync();
  }

  /** Leaves the open timed section for the next one; there is no way back. */
  async nextSection(from: number): Promise<Paper> {
    if (this.#needsSync) await this.refresh();
    await this.#client.post("/exam/{exam_id}/next-section", { ...this.#path, body: { from } });
    return this.open();
  }

  /**
   * Sends the changes and submits; safe to repeat. After the deadline it submits what arrived in time. Throws `ApiError`,
   * `ConnectionLostError`: then nothing is lost, and it may be called again.
   */
  async submit(): Promise<Submission> {
    this.#sheet.countTime();
    try {
      if (this.#needsSync) await this.refresh();
    } catch (error) {
      if (!(error instanceof ApiError && ENDED.has(error.code))) throw error;
    }
    const submission = await this.#client.post("/submit-exam/{exam_id}", this.#path);
    this.close();
    this.#forget();
    this.#set({ phase: "submitted", problem: undefined });
    await Promise.all([this.#journal.clear(), this.#deleteKept()]);
    return submission;
  }

  /** Stops syncing. Changes stay in the store for the next time. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#listening) {
      this.#listening = false;
      globalThis.removeEventListener?.("online", this.#wake);
      globalThis.document?.removeEventListener("visibilitychange", this.#wake);
    }
  }

  get #path() {
    return { params: { path: { exam_id: this.#examId } } };
  }

  get #heartbeat(): number {
    return isHidden() ? Math.max(this.#interval, HEARTBEAT) : this.#interval;
  }

  get #needsSync(): boolean {
    return this.hasChanges || this.#hasMoved || !this.#isConfirmed;
  }

  /** The server's paper; with a signal, asked for once. */
  async #load(signal?: AbortSignal): Promise<Paper> {
    const once = signal && { signal, fetch: this.#client.transport.fetchOnce };
    let paper: Paper;
    try {
      paper = await this.#client.get("/exam/{exam_id}", { ...this.#path, ...once });
    } catch (error) {
      if (error instanceof ApiError && ENDED.has(error.code)) await this.#deleteKept();
      throw signal?.aborted ? new ConnectionLostError("The paper did not come in time", { cause: error }) : error;
    }
    if (this.#sheet.attemptId !== paper.attempt_id) {
      // Another attempt, or another person's: the kept one's answers do not belong there.
      if (this.#sheet.attemptId && !this.#isConfirmed) throw notThisAttempt();
      this.#forget();
      this.#sheet.attemptId = paper.attempt_id;
      await this.#restore();
    }
    const isTimed = paper.sections.some(({ state }) => state !== "open");
    const sectionLeft = paper.sections.find(({ state }) => isTimed && state === "open")?.remaining_seconds;
    this.#sectionEndsAt = sectionLeft === undefined ? Infinity : monotonic() + sectionLeft * 1000;
    this.#isConfirmed = true;
    this.#take(paper, paper, true);
    this.#hasMoved = false;
    this.#client.transport.heard(paper.server_time);
    if (this.#keptAt) await keepPaper(this.#store, this.#keptAt, paper);
    this.#keep();
    return paper;
  }

  /** Opens a paper as it was kept. */
  async #reopen({ paper, state }: KeptPaper): Promise<Paper> {
    this.#sheet.attemptId = paper.attempt_id;
    this.#isConfirmed = false;
    this.#failures = 1;
    await this.#restore();
    // The device's clock, corrected by as much as it differed from the server's.
    const now = Date.now() + state.ahead;
    this.#client.transport.heard(new Date(now).toISOString());
    this.#sectionEndsAt = state.sectionDeadline === null ? Infinity : monotonic() + state.sectionDeadline - now;
    this.#take(paper, { ...state, remaining_seconds: Math.max(0, state.deadline - now) / 1000 }, false);
    return paper;
  }

  /** Shows a paper with what was saved of it, and begins to sync. */
  #take(paper: Paper, saved: Draft & Spent, online: boolean): void {
    this.#sheet.recall(saved);
    const yielded = this.#merge(saved);
    this.#isClosed = false;
    this.#set({ paper, online, problem: undefined, ...(yielded.length ? { yielded } : {}) });
    this.#listen();
    this.#plan();
    void this.#journal.write();
  }

  /** Keeps what the server has saved, for `#reopen`. */
  #keep(): void {
    if (!this.#keptAt || this.#isClosed) return;
    const now = this.#client.now().getTime();
    const after = (end: number) => now + end - monotonic();
    void keepState(this.#store, this.#keptAt, {
      attemptId: this.#sheet.attemptId,
      ...this.#sheet.agreed,
      ...this.#sheet.spent,
      deadline: after(this.#endsAt),
      sectionDeadline: this.#sectionEndsAt === Infinity ? null : after(this.#sectionEndsAt),
      ahead: now - Date.now(),
    });
  }

  async #deleteKept(): Promise<void> {
    if (this.#keptAt) await deletePapers(this.#store, (key) => key.startsWith(this.#keptAt ?? ""));
  }

  async #sync(): Promise<void> {
    try {
      let hasMore = true;
      if (!this.#isConfirmed) {
        await this.#load(AbortSignal.timeout(SHORT_TIMEOUT));
        hasMore = this.hasChanges;
      }
      for (let merges = 0; hasMore;) {
        try {
          hasMore = await this.#send();
        } catch (error) {
          if (!(error instanceof ApiError && error.code === "stale_revision") || merges === MERGES) throw error;
          merges += 1;
          const yielded = this.#merge(error.body as unknown as Draft);
          this.#set(yielded.length ? { yielded } : {});
          void this.#journal.write();
          hasMore = this.hasChanges;
        }
      }
      if (this.#hasMoved) await this.#load(AbortSignal.timeout(SHORT_TIMEOUT));
      this.#failures = 0;
      this.#set({ online: true, problem: undefined, savedAt: this.#client.now() });
    } catch (error) {
      this.#failures += 1;
      if (error instanceof ApiError) {
        const ended = ENDED.has(error.code);
        if (ended) {
          this.close();
          await this.#deleteKept();
        }
        this.#set({ online: true, problem: error, ...(ended ? { phase: "over" } : {}) });
      } else if (error instanceof ConnectionLostError) {
        this.#set({ online: false });
      }
      throw error;
    }
  }

  /** One sync, of as many changes as the server takes at once; returns whether there were more. */
  async #send(): Promise<boolean> {
    const batch = this.#sheet.batch();
    void this.#journal.write();
    const synced = await this.#client.post("/api/sync-exam-answers/{exam_id}", {
      ...this.#path,
      body: batch.body,
      fetch: this.#client.transport.fetchOnce,
      keepalive: isHidden(), // a closing tab ends other requests
    });
    const refused = this.#sheet.confirm(batch, synced);
    this.#hear(synced.remaining_seconds);
    this.#client.transport.heard(synced.server_time);
    this.#set({ rejected: { ...this.#state.rejected, ...refused } });
    void this.#journal.write();
    this.#keep();
    return batch.hasMore;
  }

  #merge(theirs: Draft): Conflict[] {
    this.#hear(theirs.remaining_seconds);
    return this.#sheet.merge(theirs, this.#resolve);
  }

  #hear(remainingSeconds: number): void {
    this.#heardAt = monotonic();
    const end = this.#heardAt + remainingSeconds * 1000;
    if (this.#sectionEndsAt !== Infinity && Math.abs(end - this.#endsAt) > MOVED) this.#hasMoved = true;
    this.#endsAt = end;
  }

  /** Plans the next sync: soon after a change, at the end of the time, after growing pauses while it fails. */
  #plan(): void {
    clearTimeout(this.#timer);
    if (!this.#listening || this.#syncing) return;
    const end = Math.min(this.#endsAt, this.#sectionEndsAt) - monotonic();
    let pause = this.hasChanges ? this.#settle : this.#heartbeat;
    if (this.#failures) {
      const wait = Math.min(this.#settle * 2 ** this.#failures, LONGEST_PAUSE) * (0.5 + Math.random() / 2);
      pause = Math.max(wait, (this.#state.problem?.retryAfter ?? 0) * 1000);
    } else if (this.#sectionEndsAt < this.#endsAt && this.hasChanges) {
      pause = Math.min(pause, Math.max(0, end - BEFORE_THE_END));
    }
    if (end > 0) pause = Math.min(pause, end + 50);
    this.#timer = setTimeout(this.#tick, Math.min(pause, LONGEST_TIMER));
  }

  readonly #tick = async (): Promise<void> => {
    try {
      if (monotonic() >= this.#sectionEndsAt && monotonic() < this.#endsAt) {
        this.#sectionEndsAt = Infinity;
        await this.open();
        return;
      }
      this.#set({});
      // The end of the time alone needs no sync: a whole hall reaches it at once.
      if (this.#needsSync || monotonic() - this.#heardAt >= this.#heartbeat) await this.sync();
      else this.#plan();
    } catch {
      // `state` tells it, and the next sync is planned.
      if (!this.#syncing) this.#plan();
    }
  };

  /** The network or the page came back, or the page is about to be put to sleep. */
  readonly #wake = (): void => {
    this.#sheet.countTime();
    if (!isHidden() || this.hasChanges) this.sync().catch(() => undefined);
  };

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    globalThis.addEventListener?.("online", this.#wake);
    globalThis.document?.addEventListener("visibilitychange", this.#wake);
  }

  #set(changed: Partial<SittingState>): void {
    const phase = this.#state.phase;
    const timed = this.remainingSeconds > 0 ? "running" : "grace";
    this.#state = {
      ...this.#state,
      phase: this.#sheet.attemptId && phase !== "over" ? timed : phase,
      answers: this.#sheet.answers,
      marked: this.#sheet.marked,
      visited: this.#sheet.visited,
      unsaved: this.#sheet.unsaved,
      ...changed,
    };
    this.#listeners.forEach((listener) => listener());
  }

  #forget(): void {
    this.#sheet = new Sheet();
    this.#failures = 0;
    this.#state = { ...this.#state, phase: "closed", rejected: {}, yielded: [] };
  }

  /** Takes over what this and other tabs stored for the attempt. */
  async #restore(): Promise<void> {
    const documents = await this.#journal.read();
    if (!documents) return;
    documents.filter((it) => it?.attemptId === this.#sheet.attemptId).forEach((it) => this.#sheet.restore(it));
    // Their changes are stored under this tab's key before the others are deleted.
    await this.#journal.write();
    if (this.#state.stored) await this.#journal.dropOthers();
  }
}

function notThisAttempt(): ApiError {
  return new ApiError(400, { message: "This attempt is not in progress", code: "no_attempt" });
}

function isHidden(): boolean {
  return globalThis.document?.visibilityState === "hidden";
}
