import { useEffect, useRef, useState } from "preact/hooks";

/** Whether this tab is the one in which the exam is answered: undefined until that is known. */
export interface Seat {
  readonly isMine: boolean | undefined;
  /** Take the seat from the tab that has it. */
  readonly takeOver: () => void;
}

/** Milliseconds: a tab that is reloaded may meet the lock of the page that it replaces. */
const RELOADING = 700;

/**
 * One tab of a browser answers an exam. The first one has the seat until it is closed or another one takes it; the
 * browser's locks decide, so a crashed tab has none.
 */
export function useSeat(name: string): Seat {
  const [isMine, setMine] = useState<boolean>();
  const ask = useRef<(options: LockOptions) => void>(() => undefined);
  useEffect(() => {
    // Typed as always there, and missing where the page is not served securely.
    const locks = navigator.locks as LockManager | undefined;
    if (!locks) {
      setMine(true);
      return;
    }
    let leave: () => void = () => undefined;
    let waiting = new AbortController();
    let isGone = false;
    const request = (options: LockOptions): void => {
      waiting.abort();
      waiting = new AbortController();
      const { signal } = waiting;
      const held = (): Promise<void> => {
        if (isGone) return Promise.resolve();
        setMine(true);
        return new Promise((resolve) => (leave = resolve));
      };
      locks.request(name, options.steal ? options : { signal }, held).catch(() => {
        // Stolen by another tab, unless this is the request that `takeOver` gave up.
        if (isGone || signal.aborted) return;
        setMine(false);
        request({});
      });
    };
    ask.current = request;
    request({});
    const late = setTimeout(() => setMine((known) => known ?? false), RELOADING);
    return () => {
      isGone = true;
      clearTimeout(late);
      waiting.abort();
      leave();
    };
  }, [name]);
  return { isMine, takeOver: () => ask.current({ steal: true }) };
}
