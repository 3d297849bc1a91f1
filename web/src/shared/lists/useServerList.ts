import { useEffect, useState } from "preact/hooks";

import { useLoaded } from "@/shared/api/useLoaded";

/** A list of which the server gives a part at a time. */
export interface ServerList<T> {
  readonly items: readonly T[];
  readonly error: unknown;
  readonly isLoading: boolean;
  /** Whether the server said that there is nothing. */
  readonly isEmpty: boolean;
  /** Ask again, from the beginning of the list; what is shown stays until the answer is there. */
  readonly reload: () => void;
  readonly rest: Cursors | NumberedPages;
}

/** A list that grows part by part. */
interface Cursors {
  readonly kind: "cursors";
  readonly hasMore: boolean;
  readonly more: () => void;
}

/** A list that shows one of its pages. */
interface NumberedPages {
  readonly kind: "pages";
  readonly page: number;
  readonly count: number;
  readonly go: (page: number) => void;
}

/** What the server gives at a time. */
export interface Part<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** Loads the part of a list that begins at a cursor. */
export type LoadPart<T> = (cursor: string | undefined, signal: AbortSignal) => Promise<Part<T>>;

/** A list that the server gives by cursor. It begins anew when `key` changes. */
export function useCursorList<T>(key: string, load: LoadPart<T>): ServerList<T> {
  const [asked, setAsked] = useState<{ key: string; cursors: readonly (string | undefined)[] }>();
  const cursors = asked?.key === key ? asked.cursors : [undefined];
  const [kept, setKept] = useState<Part<T>>({ items: [], next: null });
  const cursor = cursors.at(-1);
  const count = cursors.length;
  const { data, error, isLoading, reload } = useLoaded(`${key}|${cursor ?? ""}|${count}`, (signal) =>
    load(cursor, signal),
  );
  useEffect(() => {
    if (!data) return;
    setKept((before) => ({ items: count === 1 ? data.items : [...before.items, ...data.items], next: data.next }));
    // Only a new part adds items.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [data]);
  return {
    items: kept.items,
    error,
    isLoading,
    isEmpty: data?.items.length === 0 && kept.items.length === 0 && !error,
    reload: () => (count === 1 ? reload() : setAsked(undefined)),
    rest: {
      kind: "cursors",
      hasMore: kept.next !== null,
      more: () => setAsked({ key, cursors: [...cursors, kept.next ?? undefined] }),
    },
  };
}

/** A list that the server gives in numbered pages. It begins anew when `key` changes. */
export function usePagedList<T>(
  key: string,
  load: (page: number, signal: AbortSignal) => Promise<{ items: readonly T[]; pages: number }>,
): ServerList<T> {
  const [asked, setAsked] = useState<{ key: string; page: number }>();
  const page = asked?.key === key ? asked.page : 1;
  const { data, error, isLoading, reload } = useLoaded(`${key}|${page}`, (signal) => load(page, signal));
  return {
    items: data?.items ?? [],
    error,
    isLoading,
    isEmpty: data?.items.length === 0 && !error,
    reload,
    rest: { kind: "pages", page, count: data?.pages ?? 1, go: (to) => setAsked({ key, page: to }) },
  };
}
