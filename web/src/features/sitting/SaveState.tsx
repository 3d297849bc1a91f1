import type { Sitting, SittingState } from "@smart-exam/client";

import { texts } from "./texts";
import { useNetwork } from "./useSitting";

/** Whether the server has every answer; always in sight. */
export function SaveState({ sitting, state }: { sitting: Sitting; state: SittingState }) {
  const text = texts();
  const hasNetwork = useNetwork();
  const isOffline = !hasNetwork || !state.online;
  const kind = isOffline ? "offline" : sitting.hasChanges ? "saving" : "saved";
  const said = { offline: text.offline(state.unsaved.size), saving: text.saving, saved: text.saved }[kind];
  return (
    <div role="status" aria-label={text.answers} class={`sit-saved sit-saved--${kind}`}>
      {said}
    </div>
  );
}
