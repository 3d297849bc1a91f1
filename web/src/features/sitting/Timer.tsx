import type { Sitting } from "@smart-exam/client";
import { useState } from "preact/hooks";

import { clock } from "@/shared/format/clock";

import { texts } from "./texts";
import { useEvery } from "./useSitting";

const ANNOUNCED = [30, 10, 5, 1];
const LAST_MINUTES = 300;

/** The time left by the server's clock. Screen readers hear it at a few moments only. */
export function Timer({ sitting }: { sitting: Sitting }) {
  const text = texts();
  const [, setTick] = useState(0);
  const [announced, setAnnounced] = useState(0);
  const left = Math.ceil(sitting.remainingSeconds);
  const ofSection = sitting.sectionRemainingSeconds;
  useEvery(250, () => {
    const seconds = Math.ceil(sitting.remainingSeconds);
    setTick(seconds);
    const minutes = seconds / 60;
    if (ANNOUNCED.includes(minutes)) setAnnounced(minutes);
  });
  return (
    <div class={left <= LAST_MINUTES ? "sit-time sit-time--late" : "sit-time"}>
      <div class="sit-time__row">
        <span class="sit-time__label" aria-hidden="true">
          {text.timeLeft}
        </span>
        <span role="timer" aria-label={text.timeLeft} class="sit-time__clock">
          {clock(left)}
        </span>
      </div>
      {ofSection === undefined ? null : (
        <div class="sit-time__row sit-time__row--small">
          <span class="sit-time__label" aria-hidden="true">
            {text.sectionTime}
          </span>
          <span role="timer" aria-label={text.sectionTime}>
            {clock(ofSection)}
          </span>
        </div>
      )}
      <span class="visually-hidden" aria-live="polite">
        {announced ? text.minutesLeft(announced) : ""}
      </span>
    </div>
  );
}
