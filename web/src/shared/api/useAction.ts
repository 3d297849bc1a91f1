import { useCallback, useRef, useState } from "preact/hooks";

export interface Action<A extends unknown[]> {
  readonly run: (...args: A) => void;
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly clear: () => void;
}

/** Something that a person starts with a button: one at a time, with its error to show. */
export function useAction<A extends unknown[]>(act: (...args: A) => Promise<void>): Action<A> {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(undefined);
  const running = useRef(false);
  const run = (...args: A): void => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setError(undefined);
    act(...args)
      .catch((problem: unknown) => setError(problem))
      .finally(() => {
        running.current = false;
        setBusy(false);
      });
  };
  return { run, isBusy, error, clear: useCallback(() => setError(undefined), []) };
}
