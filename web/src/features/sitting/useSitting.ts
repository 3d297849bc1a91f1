import type { Sitting, SittingState } from "@smart-exam/client";
import { useEffect, useState } from "preact/hooks";

/** The state of a sitting; the component renders again when it changes. */
export function useSittingState(sitting: Sitting): SittingState {
  const [state, setState] = useState(sitting.state);
  useEffect(() => {
    setState(sitting.state);
    return sitting.subscribe(() => setState(sitting.state));
  }, [sitting]);
  return state;
}

/** Whether the browser thinks that it has a network. */
export function useNetwork(): boolean {
  const [isThere, setThere] = useState(navigator.onLine);
  useEffect(() => {
    const update = (): void => setThere(navigator.onLine);
    addEventListener("online", update);
    addEventListener("offline", update);
    return () => {
      removeEventListener("online", update);
      removeEventListener("offline", update);
    };
  }, []);
  return isThere;
}

/** Calls a function regularly while the component is shown. */
export function useEvery(milliseconds: number, act: () => void): void {
  useEffect(() => {
    const timer = setInterval(act, milliseconds);
    return () => clearInterval(timer);
  });
}
