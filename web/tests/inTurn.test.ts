import { expect, it, vi } from "vitest";

import { inTurn } from "@/shared/lists/inTurn";
import type { LoadPart } from "@/shared/lists/useServerList";

const { signal } = new AbortController();

/** A list of several parts, whose cursors are the numbers of the parts. */
const list = (...parts: readonly (readonly string[])[]) =>
  vi.fn<LoadPart<string>>((cursor) => {
    const at = Number(cursor ?? 0);
    return Promise.resolve({ items: parts[at] ?? [], next: at + 1 < parts.length ? String(at + 1) : null });
  });

it("shows short lists together, and long ones part by part", async () => {
  const load = inTurn([list(["a"]), list(["b"], ["c"]), list(["d"], ["e"])]);
  const shown: (readonly string[])[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const part = await load(cursor, signal);
    shown.push(part.items);
    cursor = part.next;
  }
  expect(shown).toEqual([["a", "b"], ["c", "d"], ["e"]]);
});

it("asks no list anew that was shown to its end", async () => {
  const [first, second] = [list(["a"]), list(["b"], ["c"])];
  const load = inTurn([first, second]);
  const { next } = await load(undefined, signal);
  await load(next ?? undefined, signal);
  expect([first.mock.calls.length, second.mock.calls.map(([cursor]) => cursor)]).toEqual([1, [undefined, "1"]]);
});
