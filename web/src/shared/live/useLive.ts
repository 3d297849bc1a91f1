import { useEffect, useRef } from "preact/hooks";

import { live, type LiveEvent } from "./socket";

/** Hear of the server's events while a component is shown. */
export function useLive(listener: (event: LiveEvent) => void): void {
  const current = useRef(listener);
  useEffect(() => {
    current.current = listener;
  });
  useEffect(() => live.listen((event) => current.current(event)), []);
}
