import type { Sitting } from "@smart-exam/client";
import { useEffect } from "preact/hooks";

/** Milliseconds between two tries while the server does not answer; half of it random, so that a hall does not return as one. */
const PAUSE = 8000;
/** Milliseconds by which the time of day may run ahead of the page's own clock; more means that the device slept. */
const SLEPT = 5000;

/**
 * Tries again soon what could not be sent: the network may be back without the browser noticing. And asks for the time
 * after the device slept, because the clock that measures the time left may have stopped meanwhile.
 */
export function useResending(sitting: Sitting, isActive: boolean): void {
  useEffect(() => {
    if (!isActive) return;
    let timer: ReturnType<typeof setTimeout>;
    let ahead = Date.now() - performance.now();
    const act = (): void => {
      const now = Date.now() - performance.now();
      const hasSlept = now - ahead > SLEPT;
      ahead = now;
      if (hasSlept || !sitting.state.online) sitting.sync().catch(() => undefined);
      timer = setTimeout(act, PAUSE * (0.5 + Math.random() / 2));
    };
    timer = setTimeout(act, PAUSE);
    return () => clearTimeout(timer);
  }, [sitting, isActive]);
}
