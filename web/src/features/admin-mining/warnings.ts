import type { Schema } from "@/shared/api/client";

/** What to check, and in which questions, by number; none for the whole. */
export interface Warning {
  readonly message: string;
  readonly questions: readonly number[];
}

/** What is to be checked in many questions is told once. */
export function byMessage(notices: readonly Schema<"Notice">[]): readonly Warning[] {
  const found = new Map<string, Set<number>>();
  for (const { message, question } of notices) {
    const numbers = found.get(message) ?? new Set();
    if (question) numbers.add(question);
    found.set(message, numbers);
  }
  return [...found].map(([message, numbers]) => ({ message, questions: [...numbers].sort((a, b) => a - b) }));
}

/** Numbers in ascending order, in short: `1–3, 7`. */
export function inShort(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(", ");
}
