import { sameAnswer, type Answer, type MaybeAnswer } from "./answers.js";
import type { ExamClient, Reply } from "./client.js";
import { ApiError, ConnectionLostError } from "./errors.js";
import { randomId } from "./random.js";
import { deletePapers, keepState, keptPaper, type KeptPaper, keptPrefix, keepPaper } from "./papers.js";
import { memoryStore, type Store } from "./stores.js";

export type Paper = Reply<"get", "/exam/{exam_id}">;
export type Submission = Reply<"post", "/submit-exam/{exam_id}">;
type Synced = Reply<"post", "/api/sync-exam-answers/{exam_id}">;
/** Why the server refused an answer: a code for programs, a message for the student. */
export type Rejection = Pick<Synced["rejected"][number], "code" | "message">;

/** A question that two devices answered differently; `base` is what both had seen before. */
export interface Conflict {
  readonly questionId: number;
  readonly base: MaybeAnswer;
  readonly mine: MaybeAnswer;
  readonly theirs: MaybeAnswer;
}

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
   * that is not in sight.
   */
  readonly interval?: number;
  /** Chooses the answer if another device gave a different one to the same question; default: theirs, which is newer. */
  readonly resolve?: (conflict: Conflict) => MaybeAnswer;
}

interface Change {
  readonly answer: MaybeAnswer;
  /** What this device and the server had agreed on before. */
  readonly base: MaybeAnswer;
  /** Answers that were sent since; the server may have taken any of them and its confirmation got lost. */
  readonly sent?: readonly MaybeAnswer[];
  readonly at: number;
}

interface Journal {
  readonly attemptId: number;
  readonly changes: Readonly<Record<string, Change>>;
  readonly marks: Readonly<Record<string, boolean>>;
  readonly visited: readonly number[];
  readonly seconds: Readonly<Record<string, number>>;
}

const MOST_ANSWERS = 500; // the server's limit for one sync
const MOST_TRIES = 20; // answers to one question that are remembered as sent
const HEARTBEAT = 120_000;
const MERGES = 3; // how often other devices may write first before a sync gives up for now
const LONGEST_PAUSE = 60_000;
const LONGEST_TIMER = 2 ** 31 - 1;
/** Milliseconds before a section ends at which changes are sent without waiting: a section has no grace. */
const BEFORE_THE_END = 3000;
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
  readonly #prefix: string;
  readonly #key: string;
  /** Where the paper is kept; undefined if it is not. */
  readonly #keptAt: string | undefined;
  readonly #settle: number;
  readonly #interval: number;
  readonly #resolve: (conflict: Conflict) => MaybeAnswer;

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

  #attemptId = 0;
  /** Whether the server has confirmed that the attempt runs; not yet if the paper was opened as it was kept. */
  #isConfirmed = false;
  #isClosed = false;
  #revision = 0;
  #agreed: Record<string, Answer> = {};
  #agreedMarks = new Set<number>();
  #changes = new Map<string, Change>();
  #marks = new Map<number, boolean>();
  #visited = new Set<number>();
  #seconds = new Map<number, number>();
  #spentSent = ""; // `visited` and `seconds` as last sent
  #shown: { readonly id: number; readonly since: number } | undefined;
  #endsAt = 0; // on the monotonic clock, as all times here
  #sectionEndsAt = Infinity;
  #heardAt = 0;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #syncing: Promise<void> | undefined;
  #writing: Promise<void> | undefined;
  #writeAgain = false;
  #listening = false;

  constructor(options: SittingOptions) {
    this.#client = options.client;
    this.#examId = options.examId;
    this.#store = options.store ?? memoryStore();
    this.#prefix = `sitting/${options.userId}/${options.examId}/`;
    this.#key = this.#prefix + randomId();
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
    return this.#changes.size > 0 || this.#marks.size > 0;
  }

  /** Seconds until the time is up, by a clock that the device's time of day does not move; never below 0. */
  get remainingSeconds(): number {
    return Math.max(0, (this.#endsAt - monotonic()) / 1000);
  }

  /** Seconds until the open section closes; undefined if the sections are not timed. */
  get sectionRemainingSeconds(): number | undefined {
    return this.#sectionEndsAt === Infinity ? undefined : Math.max(0, (this.#sectionEndsAt - monotonic()) / 1000);
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
    const kept = this.#keptAt && !this.#attemptId ? await keptPaper(this.#store, this.#keptAt) : undefined;
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
    const { base, sent = [] } = this.#changes.get(id) ?? { base: this.#agreed[id] ?? null };
    this.#changes.set(id, { answer: answer?.length ? answer : null, base, sent, at: Date.now() });
    const { [id]: _, ...rejected } = this.#state.rejected;
    this.#set({ rejected });
    this.#plan();
    return this.#write();
  }

  /** Marks a question for review, or takes the mark away. */
  mark(questionId: number, marked: boolean): Promise<void> {
    if (this.#agreedMarks.has(questionId) === marked) this.#marks.delete(questionId);
    else this.#marks.set(questionId, marked);
    this.#set({});
    this.#plan();
    return this.#write();
  }

  /** Tells which question is on the screen (null for none), for the palette and the time per question. */
  show(questionId: number | null): void {
    this.#countTime();
    this.#shown = questionId === null ? undefined : { id: questionId, since: monotonic() };
    if (questionId !== null) this.#visited.add(questionId);
    this.#set({});
    void this.#write();
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

  /** Leaves the open timed section for the next one; there is no way back. */
  async nextSection(from: number): Promise<Paper> {
    if (this.#needsSync) await this.#flush();
    await this.#client.post("/exam/{exam_id}/next-section", { ...this.#path, body: { from } });
    return this.open();
  }

  /**
   * Sends the changes and submits; safe to repeat. After the deadline it submits what arrived in time. Throws `ApiError`,
   * `ConnectionLostError`: then nothing is lost, and it may be called again.
   */
  async submit(): Promise<Submission> {
    this.#countTime();
    try {
      if (this.#needsSync) await this.#flush();
    } catch (error) {
      if (!(error instanceof ApiError && ENDED.has(error.code))) throw error;
    }
    const submission = await this.#client.post("/submit-exam/{exam_id}", this.#path);
    this.close();
    this.#forget();
    this.#set({ phase: "submitted", problem: undefined });
    await Promise.all([this.#drop(() => true), this.#deleteKept()]);
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
    return this.hasChanges || !this.#isConfirmed;
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
    if (this.#attemptId !== paper.attempt_id) {
      // Another attempt, or another person's: the kept one's answers do not belong there.
      if (this.#attemptId && !this.#isConfirmed) throw notThisAttempt();
      this.#forget();
      this.#attemptId = paper.attempt_id;
      await this.#restore();
    }
    const isTimed = paper.sections.some(({ state }) => state !== "open");
    const sectionLeft = paper.sections.find(({ state }) => isTimed && state === "open")?.remaining_seconds;
    this.#sectionEndsAt = sectionLeft === undefined ? Infinity : monotonic() + sectionLeft * 1000;
    this.#isConfirmed = true;
    this.#take(paper, paper, true);
    this.#client.transport.heard(paper.server_time);
    if (this.#keptAt) await keepPaper(this.#store, this.#keptAt, paper);
    this.#keep();
    return paper;
  }

  /** Opens a paper as it was kept. */
  async #reopen({ paper, state }: KeptPaper): Promise<Paper> {
    this.#attemptId = paper.attempt_id;
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
    saved.visited.forEach((id) => this.#visited.add(id));
    for (const [id, seconds] of Object.entries(saved.seconds)) {
      this.#seconds.set(Number(id), Math.max(seconds, this.#seconds.get(Number(id)) ?? 0));
    }
    this.#spentSent = JSON.stringify(this.#spent());
    const yielded = this.#merge(saved);
    this.#isClosed = false;
    this.#set({ paper, online, problem: undefined, ...(yielded.length ? { yielded } : {}) });
    this.#listen();
    this.#plan();
    void this.#write();
  }

  /** Keeps what the server has saved, for `#reopen`. */
  #keep(): void {
    if (!this.#keptAt || this.#isClosed) return;
    const now = this.#client.now().getTime();
    const after = (end: number) => now + end - monotonic();
    void keepState(this.#store, this.#keptAt, {
      attemptId: this.#attemptId,
      answers: { ...this.#agreed },
      markedForReview: [...this.#agreedMarks],
      revision: this.#revision,
      ...this.#spent(),
      deadline: after(this.#endsAt),
      sectionDeadline: this.#sectionEndsAt === Infinity ? null : after(this.#sectionEndsAt),
      ahead: now - Date.now(),
    });
  }

  async #deleteKept(): Promise<void> {
    if (this.#keptAt) await deletePapers(this.#store, (key) => key.startsWith(this.#keptAt ?? ""));
  }

  /** Syncs until there are no changes, waiting for one that runs already. */
  async #flush(): Promise<void> {
    await this.#syncing?.catch(() => undefined);
    await this.sync();
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
          void this.#write();
          hasMore = this.hasChanges;
        }
      }
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
    this.#countTime();
    const sent = [...this.#changes].slice(0, MOST_ANSWERS).map(([id, change]): [string, Change] => {
      const tried = asSent(change);
      this.#changes.set(id, tried);
      return [id, tried];
    });
    void this.#write();
    const hasMore = sent.length < this.#changes.size;
    const marks = new Map(this.#marks);
    const spent = this.#spent();
    const spentText = JSON.stringify(spent);
    const answers = Object.fromEntries(sent.map(([id, { answer }]) => [id, answer]));
    const synced = await this.#client.post("/api/sync-exam-answers/{exam_id}", {
      ...this.#path,
      body: {
        answers,
        partial: true,
        revision: this.#revision,
        ...(marks.size ? { markedForReview: [...this.#marked()] } : {}),
        ...(spentText === this.#spentSent || !this.hasChanges ? {} : spent),
      },
      fetch: this.#client.transport.fetchOnce,
      keepalive: isHidden(), // a closing tab ends other requests
    });
    const refused = Object.fromEntries(
      synced.rejected.map(({ question_id, code, message }) => [question_id, { code, message }]),
    );
    const inGrace = synced.remaining_seconds <= 0;
    for (const [id, change] of sent) {
      // Within the grace, answers are added and changed, not removed.
      if (!(id in refused) && !(inGrace && !change.answer)) this.#agree(id, change.answer);
      const current = this.#changes.get(id);
      if (current === change) this.#changes.delete(id);
      // The student changed it again during the call.
      else if (current) this.#changes.set(id, { ...current, base: this.#agreed[id] ?? null, sent: [] });
    }
    for (const [id, marked] of marks) {
      if (marked && !(id in refused)) this.#agreedMarks.add(id);
      else this.#agreedMarks.delete(id);
      if (this.#marks.get(id) === marked) this.#marks.delete(id);
    }
    if (sent.length || marks.size) this.#spentSent = spentText;
    this.#revision = synced.revision;
    this.#heardAt = monotonic();
    this.#endsAt = monotonic() + synced.remaining_seconds * 1000;
    this.#client.transport.heard(synced.server_time);
    this.#set({ rejected: { ...this.#state.rejected, ...refused } });
    void this.#write();
    this.#keep();
    return hasMore;
  }

  #agree(id: string, answer: MaybeAnswer): void {
    if (answer) this.#agreed[id] = answer;
    else delete this.#agreed[id];
  }

  /**
   * Takes over the server's state and keeps this device's changes, unless `resolve` decides otherwise; returns what it
   * gave up. It also follows a lost *answer*: the repeated sync meets its own first write, and the merge changes nothing.
   */
  #merge(theirs: Draft): Conflict[] {
    this.#revision = theirs.revision;
    this.#heardAt = monotonic();
    this.#endsAt = monotonic() + theirs.remaining_seconds * 1000;
    this.#agreed = {};
    for (const [id, answer] of Object.entries(theirs.answers)) this.#agree(id, answer as MaybeAnswer);
    this.#agreedMarks = new Set(theirs.markedForReview);
    for (const [id, marked] of this.#marks) {
      if (this.#agreedMarks.has(id) === marked) this.#marks.delete(id);
    }
    const yielded: Conflict[] = [];
    for (const [id, change] of this.#changes) {
      const now = this.#agreed[id] ?? null;
      if (sameAnswer(change.answer, now)) {
        this.#changes.delete(id);
      } else if (!sameAnswer(change.base, now) && !change.sent?.some((mine) => sameAnswer(mine, now))) {
        const conflict = { questionId: Number(id), base: change.base, mine: change.answer, theirs: now };
        const chosen = this.#resolve(conflict);
        if (sameAnswer(chosen, now)) {
          this.#changes.delete(id);
          yielded.push(conflict);
        } else {
          this.#changes.set(id, { ...change, answer: chosen, base: now, sent: [] });
        }
      }
    }
    return yielded;
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
    this.#countTime();
    if (!isHidden() || this.hasChanges) this.sync().catch(() => undefined);
  };

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    globalThis.addEventListener?.("online", this.#wake);
    globalThis.document?.addEventListener("visibilitychange", this.#wake);
  }

  #marked(): Set<number> {
    const marked = new Set(this.#agreedMarks);
    for (const [id, isMarked] of this.#marks) isMarked ? marked.add(id) : marked.delete(id);
    return marked;
  }

  #countTime(): void {
    if (!this.#shown) return;
    const { id, since } = this.#shown;
    const whole = Math.floor((monotonic() - since) / 1000);
    if (whole > 0) {
      this.#seconds.set(id, (this.#seconds.get(id) ?? 0) + whole);
      this.#shown = { id, since: since + whole * 1000 };
    }
  }

  #spent(): Pick<Journal, "visited" | "seconds"> & { visited: number[]; seconds: Record<string, number> } {
    return { visited: [...this.#visited].sort((a, b) => a - b), seconds: Object.fromEntries(this.#seconds) };
  }

  #set(changed: Partial<SittingState>): void {
    const answers: Record<string, Answer> = { ...this.#agreed };
    for (const [id, { answer }] of this.#changes) {
      if (answer) answers[id] = answer;
      else delete answers[id];
    }
    const phase = this.#state.phase;
    const timed = this.remainingSeconds > 0 ? "running" : "grace";
    this.#state = {
      ...this.#state,
      phase: this.#attemptId && phase !== "over" ? timed : phase,
      answers,
      marked: this.#marked(),
      visited: new Set(this.#visited),
      unsaved: new Set([...this.#changes.keys()].map(Number)),
      ...changed,
    };
    this.#listeners.forEach((listener) => listener());
  }

  #forget(): void {
    this.#attemptId = 0;
    this.#agreed = {};
    this.#agreedMarks.clear();
    this.#changes.clear();
    this.#marks.clear();
    this.#visited.clear();
    this.#seconds.clear();
    this.#shown = undefined;
    this.#failures = 0;
    this.#state = { ...this.#state, phase: "closed", rejected: {}, yielded: [] };
  }

  /** Stores what the server has not confirmed; one write at a time, each of the newest state. */
  #write(): Promise<void> {
    if (this.#writing) {
      this.#writeAgain = true;
      return this.#writing;
    }
    this.#writing = this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    do {
      this.#writeAgain = false;
      let stored = true;
      try {
        if (this.hasChanges) await this.#store.put(this.#key, this.#journal());
        else await this.#store.delete(this.#key);
      } catch {
        stored = false;
      }
      if (stored !== this.#state.stored) this.#set({ stored });
    } while (this.#writeAgain);
  }

  #journal(): Journal {
    return {
      attemptId: this.#attemptId,
      changes: Object.fromEntries(this.#changes),
      marks: Object.fromEntries(this.#marks),
      ...this.#spent(),
    };
  }

  /** Takes over what this and other tabs stored for the attempt, the newest change of each question. */
  async #restore(): Promise<void> {
    let found: [string, unknown][];
    try {
      found = await this.#store.entries(this.#prefix);
    } catch {
      this.#set({ stored: false });
      return;
    }
    const journals = found.map(([, document]) => document as Journal).filter((it) => it?.attemptId === this.#attemptId);
    for (const journal of journals) {
      for (const [id, change] of Object.entries(journal.changes)) {
        // A page that was closed may have sent it as its last act.
        if (change.at >= (this.#changes.get(id)?.at ?? 0)) this.#changes.set(id, asSent(change));
      }
      for (const [id, marked] of Object.entries(journal.marks)) this.#marks.set(Number(id), marked);
      for (const id of journal.visited) this.#visited.add(id);
      for (const [id, seconds] of Object.entries(journal.seconds)) {
        this.#seconds.set(Number(id), Math.max(seconds, this.#seconds.get(Number(id)) ?? 0));
      }
    }
    // Their changes are stored under this tab's key before the others are deleted.
    await this.#write();
    if (this.#state.stored) await this.#drop((key) => key !== this.#key);
  }

  async #drop(which: (key: string) => boolean): Promise<void> {
    try {
      const keys = (await this.#store.entries(this.#prefix)).map(([key]) => key);
      await Promise.all(keys.filter(which).map((key) => this.#store.delete(key)));
    } catch {
      // Journals of a graded attempt are dropped when they are found again.
    }
  }
}

type Draft = Pick<Paper, "answers" | "revision" | "remaining_seconds"> & {
  readonly markedForReview: readonly number[];
};
type Spent = { readonly visited: readonly number[]; readonly seconds: Readonly<Record<string, number>> };

function asSent(change: Change): Change {
  const others = (change.sent ?? []).filter((answer) => !sameAnswer(answer, change.answer));
  return { ...change, sent: [...others.slice(1 - MOST_TRIES), change.answer] };
}

function notThisAttempt(): ApiError {
  return new ApiError(400, { message: "This attempt is not in progress", code: "no_attempt" });
}

function monotonic(): number {
  return performance.now();
}

function isHidden(): boolean {
  return globalThis.document?.visibilityState === "hidden";
}
