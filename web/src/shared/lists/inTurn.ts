import type { LoadPart, Part } from "./useServerList";

/**
 * Several lists as one, each after the end of the one before it. Their first parts are asked for together, so that short
 * lists take no longer than one.
 */
export function inTurn<T>(lists: readonly LoadPart<T>[]): LoadPart<T> {
  return async (cursor, signal) => {
    const [, from = "0", inList] = /^(\d+) (.*)$/s.exec(cursor ?? "") ?? [];
    const ahead = cursor === undefined ? await Promise.all(lists.map((load) => load(undefined, signal))) : [];
    const items: T[] = [];
    for (const [n, load] of lists.entries()) {
      if (n < Number(from)) continue;
      const part: Part<T> = ahead[n] ?? (await load(n === Number(from) ? inList : undefined, signal));
      items.push(...part.items);
      if (part.next !== null) return { items, next: `${n} ${part.next}` };
    }
    return { items, next: null };
  };
}
