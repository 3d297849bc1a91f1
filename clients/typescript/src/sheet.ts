import { sameAnswer, type Answer, type MaybeAnswer } from "./answers.js";
import type { Reply } from "./client.js";
import { monotonic } from "./monotonic.js";
import type { Paper, Spent } from "./papers.js";

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

/** Chooses the answer to a question that two devices answered differently. */
export type Resolve = (conflict: Conflict) => MaybeAnswer;

/** What the server has saved of an attempt, in a paper or beside 409 `stale_revision`. */
export type Draft = Pick<Paper, "answers" | "revision" | "remaining_seconds"> & {
  readonly markedForReview: readonly number[];
};

interface Change {
  readonly answer: MaybeAnswer;
  /** What this device and the server had agreed on before. */
  readonly base: MaybeAnswer;
  /** Answers that were sent since; the server may have taken any of them and its confirmation got lost. */
  readonly sent?: readonly MaybeAnswer[];
  readonly at: number;
}

/** What the server has not confirmed, as a device stores it. */
export interface Unconfirmed extends Spent {
  readonly attemptId: number;
  readonly changes: Readonly<Record<string, Change>>;
  readonly marks: Readonly<Record<string, boolean>>;
}

/** Changes that go to the server in one sync. */
export interface Batch {
  readonly body: {
    readonly answers: Record<string, MaybeAnswer>;
    readonly partial: true;
    readonly revision: number;
    readonly markedForReview?: number[];
  } & Partial<Spent>;
  readonly changes: readonly [string, Change][];
  readonly marks: ReadonlyMap<number, boolean>;
  readonly spent: string;
  /** Whether changes remain for another sync. */
  readonly hasMore: boolean;
}

const MOST_ANSWERS = 500; // the server's limit for one sync
const MOST_TRIES = 20; // answers to one question that are remembered as sent

/** A student's answers in one attempt: those agreed with the server, and this device's changes. It knows no network. */
export class Sheet {
  attemptId = 0;
  #revision = 0;
  #agreed: Record<string, Answer> = {};
  #agreedMarks = new Set<number>();
  #changes = new Map<string, Change>();
  #marks = new Map<number, boolean>();
  #visited = new Set<number>();
  #seconds = new Map<number, number>();
  #spentSent = ""; // `visited` and `seconds` as last sent
  #shown: { readonly id: number; readonly since: number } | undefined;

  /** Whether there are changes that the server does not have. */
  get hasChanges(): boolean {
    return this.#changes.size > 0 || this.#marks.size > 0;
  }

  /** Answers as the student sees them, by question id, confirmed or not. */
  get answers(): Record<string, Answer> {
    const answers = { ...this.#agreed };
    for (const [id, { answer }] of this.#changes) set(answers, id, answer);
    return answers;
  }

  get marked(): Set<number> {
    const marked = new Set(this.#agreedMarks);
    for (const [id, isMarked] of this.#marks) isMarked ? marked.add(id) : marked.delete(id);
    return marked;
  }

  get visited(): Set<number> {
    return new Set(this.#visited);
  }

  /** Ids of questions whose answers the server has not confirmed. */
  get unsaved(): Set<number> {
    return new Set([...this.#changes.keys()].map(Number));
  }

  get spent(): Spent {
    return { visited: [...this.#visited].sort((a, b) => a - b), seconds: Object.fromEntries(this.#seconds) };
  }

  /** The server's answers and marks as this device last saw them. */
  get agreed() {
    return { answers: { ...this.#agreed }, markedForReview: [...this.#agreedMarks], revision: this.#revision };
  }

  get unconfirmed(): Unconfirmed {
    return {
      attemptId: this.attemptId,
      changes: Object.fromEntries(this.#changes),
      marks: Object.fromEntries(this.#marks),
      ...this.spent,
    };
  }

  answer(id: string, answer: MaybeAnswer): void {
    const { base, sent = [] } = this.#changes.get(id) ?? { base: this.#agreed[id] ?? null };
    this.#changes.set(id, { answer: answer?.length ? answer : null, base, sent, at: Date.now() });
  }

  mark(id: number, isMarked: boolean): void {
    if (this.#agreedMarks.has(id) === isMarked) this.#marks.delete(id);
    else this.#marks.set(id, isMarked);
  }

  /** Begins to count the time of the question on the screen (null for none). */
  show(id: number | null): void {
    this.countTime();
    this.#shown = id === null ? undefined : { id, since: monotonic() };
    if (id !== null) this.#visited.add(id);
  }

  countTime(): void {
    if (!this.#shown) return;
    const { id, since } = this.#shown;
    const whole = Math.floor((monotonic() - since) / 1000);
    if (whole > 0) {
      this.#seconds.set(id, (this.#seconds.get(id) ?? 0) + whole);
      this.#shown = { id, since: since + whole * 1000 };
    }
  }

  /** The next changes to send, as many as the server takes at once. */
  batch(): Batch {
    this.countTime();
    const changes = [...this.#changes].slice(0, MOST_ANSWERS).map(([id, change]): [string, Change] => {
      const tried = asSent(change);
      this.#changes.set(id, tried);
      return [id, tried];
    });
    const spent = JSON.stringify(this.spent);
    const body = {
      answers: Object.fromEntries(changes.map(([id, { answer }]) => [id, answer])),
      partial: true as const,
      revision: this.#revision,
      ...(this.#marks.size ? { markedForReview: [...this.marked] } : {}),
      ...(spent === this.#spentSent || !this.hasChanges ? {} : this.spent),
    };
    return { body, changes, marks: new Map(this.#marks), spent, hasMore: changes.length < this.#changes.size };
  }

  /** Takes over what the server saved of a batch; returns what it refused, by question id. */
  confirm({ changes, marks, spent }: Batch, synced: Synced): Record<string, Rejection> {
    const refused = Object.fromEntries(
      synced.rejected.map(({ question_id, code, message }) => [question_id, { code, message }]),
    );
    const inGrace = synced.remaining_seconds <= 0;
    for (const [id, change] of changes) {
      // Within the grace, answers are added and changed, not removed.
      if (!(id in refused) && !(inGrace && !change.answer)) set(this.#agreed, id, change.answer);
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
    if (changes.length || marks.size) this.#spentSent = spent;
    this.#revision = synced.revision;
    return refused;
  }

  /**
   * Takes over the server's state and keeps this device's changes, unless `resolve` decides otherwise; returns what it
   * gave up. It also follows a lost *answer*: the repeated sync meets its own first write, and the merge changes nothing.
   */
  merge(theirs: Draft, resolve: Resolve): Conflict[] {
    this.#revision = theirs.revision;
    this.#agreed = {};
    for (const [id, answer] of Object.entries(theirs.answers)) set(this.#agreed, id, answer as MaybeAnswer);
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
        const chosen = resolve(conflict);
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

  /** Takes over the questions seen and times known to the server, which needs not be told of them again. */
  recall(spent: Spent): void {
    this.#addSpent(spent);
    this.#spentSent = JSON.stringify(this.spent);
  }

  /** Takes over changes that were stored for this attempt, the newest of each question. */
  restore({ changes, marks, visited, seconds }: Unconfirmed): void {
    for (const [id, change] of Object.entries(changes)) {
      // A page that was closed may have sent it as its last act.
      if (change.at >= (this.#changes.get(id)?.at ?? 0)) this.#changes.set(id, asSent(change));
    }
    for (const [id, marked] of Object.entries(marks)) this.#marks.set(Number(id), marked);
    this.#addSpent({ visited, seconds });
  }

  #addSpent({ visited, seconds }: Spent): void {
    visited.forEach((id) => this.#visited.add(id));
    for (const [id, spent] of Object.entries(seconds)) {
      this.#seconds.set(Number(id), Math.max(spent, this.#seconds.get(Number(id)) ?? 0));
    }
  }
}

function set(answers: Record<string, Answer>, id: string, answer: MaybeAnswer): void {
  if (answer) answers[id] = answer;
  else delete answers[id];
}

function asSent(change: Change): Change {
  const others = (change.sent ?? []).filter((answer) => !sameAnswer(answer, change.answer));
  return { ...change, sent: [...others.slice(1 - MOST_TRIES), change.answer] };
}
