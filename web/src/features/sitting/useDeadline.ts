import { ApiError, type Sitting } from "@smart-exam/client";
import { useEffect, useState } from "preact/hooks";

/** Milliseconds between two looks at the time, and between two tries to hand in. */
const LOOK = 500;
const TRY = 3000;
/** Milliseconds over which the submissions of a hall are spread; well within the server's grace. */
const SPREAD = 2000;

/**
 * Hands the exam in when its time is over, again and again until the server answers; returns whether it does so.
 *
 * The server is asked first: an invigilator may have granted more time that this page has not heard of. Nothing happens
 * while it is not active: the session has ended, and the browser may be another student's by now.
 */
export function useDeadline(sitting: Sitting, onHandedIn: () => void, isActive: boolean): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    if (!isActive) return;
    let timer: ReturnType<typeof setTimeout>;
    let isGone = false;
    const next = (act: () => void, pause: number): void => {
      if (!isGone) timer = setTimeout(act, pause);
    };
    const look = (): void => {
      if (sitting.remainingSeconds > 0) next(look, LOOK);
      else {
        setOver(true);
        next(() => void handIn(), sitting.hasChanges ? 0 : Math.random() * SPREAD);
      }
    };
    const handIn = async (): Promise<void> => {
      try {
        await sitting.sync().catch((error: unknown) => {
          // A refusal does not keep the exam from being handed in with what the server has.
          if (!(error instanceof ApiError)) throw error;
        });
        if (sitting.remainingSeconds > 0) {
          setOver(false);
          next(look, LOOK);
          return;
        }
        await sitting.submit();
        if (!isGone) onHandedIn();
      } catch (error) {
        if (error instanceof ApiError && error.code === "no_attempt" && !isGone) onHandedIn();
        else next(() => void handIn(), TRY);
      }
    };
    look();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [sitting, onHandedIn, isActive]);
  return isOver;
}
