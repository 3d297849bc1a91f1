import type { Sitting } from "@smart-exam/client";
import { useEffect } from "preact/hooks";

import { Live, type LiveEvent } from "@/shared/live/socket";

/** Milliseconds between two syncs without a change, so that extra time shows within 35 seconds. */
export const WITHOUT_EVENTS = 30_000;
/** The same while the server tells of extra time; a lost event is made up for by then. */
const WITH_EVENTS = 300_000;
/** What proves the connection costs more than a sync, and the gateway closes one that was silent for ten minutes. */
const CONNECTION = { heartbeat: 480_000, longestWait: 300_000 };

/**
 * Lets the server tell of a changed time, and asks for it seldom as long as the connection for that is there. A paper that
 * was opened without a network gets a connection when the server has answered for it: the session may be another student's.
 */
export function useLiveTime(sitting: Sitting, examId: number, isActive: boolean): void {
  useEffect(() => {
    if (!isActive) return;
    const live = new Live(CONNECTION);
    const hear = ({ event, data }: LiveEvent): void => {
      const isConnected = event === "connected" || event === "reconnected";
      if (isConnected) sitting.interval = WITH_EVENTS;
      else if (event === "disconnected") {
        sitting.interval = WITHOUT_EVENTS;
        if (data.silently) giveUp();
      }
      if (isConnected || (event === "exam_time" && data.exam_id === examId)) sitting.refresh().catch(() => undefined);
    };
    let stopListening: (() => void) | undefined;
    let isGivenUp = false;
    // A network that carries requests, but dropped the connection without a word, would do so again.
    const giveUp = (): void => {
      isGivenUp = true;
      stopListening?.();
      stopListening = undefined;
      sitting.refresh().catch(() => (isGivenUp = false));
    };
    let wasOnline = true;
    const watch = (): void => {
      const isOnline = sitting.state.online;
      if (isOnline && !stopListening && !isGivenUp) stopListening = live.listen(hear);
      // A network that came back may have left the connection behind.
      else if (isOnline && !wasOnline) live.probe();
      wasOnline = isOnline;
    };
    watch();
    const stopWatching = sitting.subscribe(watch);
    return () => {
      stopWatching();
      stopListening?.();
      sitting.interval = WITHOUT_EVENTS;
    };
  }, [sitting, examId, isActive]);
}
