import { useCallback, useEffect, useRef, useState } from "preact/hooks";

export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  /** Ask again; what is shown stays until the answer is there. */
  readonly reload: () => void;
}

/**
 * Load something when the screen opens and whenever `key` changes; an answer that was overtaken is dropped.
 */
export function useLoaded<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ data: T | undefined; error: unknown; isLoading: boolean }>({
    data: undefined,
    error: undefined,
    isLoading: true,
  });
  const [round, setRound] = useState(0);
  const loader = useRef(load);
  useEffect(() => {
    loader.current = load;
  });
  useEffect(() => {
    const abort = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    loader.current(abort.signal).then(
      (data) => {
        if (!abort.signal.aborted) setState({ data, error: undefined, isLoading: false });
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setState((before) => ({ data: before.data, error, isLoading: false }));
      },
    );
    return () => abort.abort();
  }, [key, round]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { ...state, reload };
}

export interface Pages<T> {
  readonly items: readonly T[];
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly hasMore: boolean;
  readonly more: () => void;
  readonly reload: () => void;
}

/** A list that the server gives in pages by cursor. It begins anew when `key` changes. */
export function usePages<T>(
  key: string,
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<{ items: readonly T[]; next: string | null }>,
): Pages<T> {
  const [cursors, setCursors] = useState<readonly (string | undefined)[]>([undefined]);
  const [kept, setKept] = useState<{ key: string; items: readonly T[]; next: string | null }>({
    key,
    items: [],
    next: null,
  });
  const cursor = cursors.at(-1);
  const page = useLoaded(`${key}|${cursor ?? ""}|${cursors.length}`, (signal) => load(cursor, signal));
  const { data } = page;
  const count = cursors.length;
  useEffect(() => {
    if (!data) return;
    setKept((before) => ({
      key,
      items: count === 1 ? data.items : [...before.items, ...data.items],
      next: data.next,
    }));
    // Only a new page adds items.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [data]);
  useEffect(() => setCursors([undefined]), [key]);
  return {
    items: kept.items,
    error: page.error,
    isLoading: page.isLoading,
    hasMore: kept.next !== null,
    more: () => setCursors((before) => [...before, kept.next ?? undefined]),
    reload: () => (count === 1 ? page.reload() : setCursors([undefined])),
  };
}
