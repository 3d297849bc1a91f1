import type { Answer } from "./answers.js";
import type { Reply } from "./client.js";
import type { Store } from "./stores.js";

export type Paper = Reply<"get", "/exam/{exam_id}">;

/** The questions that were on the screen, and for how long. */
export interface Spent {
  readonly visited: number[];
  readonly seconds: Record<string, number>;
}

/** What the server had saved of an attempt when it last answered, and when that was. Times are in milliseconds. */
export interface KeptState extends Spent {
  readonly attemptId: number;
  readonly answers: Readonly<Record<string, Answer>>;
  readonly markedForReview: readonly number[];
  readonly revision: number;
  /** The end of the time, by the server's clock. */
  readonly deadline: number;
  /** The end of the open section, by the server's clock; null if the sections are not timed. */
  readonly sectionDeadline: number | null;
  /** By how much the server's clock is ahead of the device's. */
  readonly ahead: number;
}

export interface KeptPaper {
  readonly paper: Paper;
  readonly state: KeptState;
}

const PAPERS = "paper/";

/** The beginning of the keys under which a paper and what belongs to it are kept. */
export function keptPrefix(userId: number, examId: number): string {
  return `${PAPERS}${userId}/${examId}/`;
}

/** Keeps a paper; a device that stores nothing keeps none. */
export async function keepPaper(store: Store, prefix: string, paper: Paper): Promise<void> {
  await store.put(`${prefix}paper`, paper).catch(() => undefined);
}

export async function keepState(store: Store, prefix: string, state: KeptState): Promise<void> {
  await store.put(`${prefix}state`, state).catch(() => undefined);
}

/** A paper with its latest state, if both are there and of one attempt. */
export async function keptPaper(store: Store, prefix: string): Promise<KeptPaper | undefined> {
  const found = new Map(await store.entries(prefix).catch((): [string, unknown][] => []));
  const paper = found.get(`${prefix}paper`) as Paper | undefined;
  const state = found.get(`${prefix}state`) as KeptState | undefined;
  return paper && state && paper.attempt_id === state.attemptId ? { paper, state } : undefined;
}

/** Deletes kept papers and what is kept with them: all, or those whose keys are chosen. */
export async function deletePapers(store: Store, which: (key: string) => boolean = () => true): Promise<void> {
  const found = await store.entries(PAPERS).catch((): [string, unknown][] => []);
  await Promise.all(found.filter(([key]) => which(key)).map(([key]) => store.delete(key).catch(() => undefined)));
}
