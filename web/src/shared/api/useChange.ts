import { useState } from "preact/hooks";

import { type Action, useAction } from "./useAction";

/** An action that says what it has done. */
export interface Change<A extends unknown[]> extends Action<A> {
  /** What the last one did; empty if there was none, or it failed. */
  readonly told: string;
  /** Make the change for a dialog that shows its error itself. */
  readonly perform: (...args: A) => Promise<void>;
}

/** A change that a person makes with a button; `act` returns what to tell of it, if anything. */
export function useChange<A extends unknown[]>(act: (...args: A) => Promise<string | undefined>): Change<A> {
  const [told, setTold] = useState("");
  const perform = async (...args: A): Promise<void> => {
    setTold("");
    setTold((await act(...args)) ?? "");
  };
  return { ...useAction(perform), told, perform };
}
