import { Dialog } from "@/shared/components/Dialog";

import { texts } from "./texts";

/** While an exam hands itself in. */
export function TimeOver({ isOnline }: { isOnline: boolean }) {
  const text = texts();
  return (
    <Dialog title={text.timeOver}>
      <p role="alert">{isOnline ? text.timeOverText : text.timeOverOffline}</p>
    </Dialog>
  );
}
