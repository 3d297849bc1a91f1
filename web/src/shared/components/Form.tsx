import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { ApiError } from "@/shared/api/client";
import { common } from "@/shared/i18n/common";

import { Failure } from "./Failure";

/**
 * A form that its owner sends.
 *
 * @param error what the server said of what was sent, shown above the fields. Whatever is folded around a fault opens,
 * and the first field with one gets the focus.
 * @param checks who looks for faults: the browser stops at the first field that is empty, the server names all at once.
 */
export function Form(props: {
  onSubmit: () => void;
  children: ComponentChildren;
  label?: string;
  error?: unknown;
  checks?: "browser" | "server";
}) {
  const form = useRef<HTMLFormElement>(null);
  const { error } = props;
  const faults = error instanceof ApiError ? Object.keys(error.fields).length : 0;
  useEffect(() => {
    if (!error) return;
    // Some faults are of several fields together, and marked at none.
    for (const fault of form.current?.querySelectorAll(".field__error") ?? []) openAround(fault);
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);
  return (
    <form
      ref={form}
      class="stack"
      aria-label={props.label}
      noValidate={props.checks === "server"}
      onSubmit={(event) => {
        event.preventDefault();
        props.onSubmit();
      }}
    >
      <Failure error={error} />
      {faults > 1 ? <p class="field__error">{common().moreFaults(faults - 1)}</p> : null}
      {props.children}
    </form>
  );
}

/** Open everything that is folded around a fault. */
function openAround(fault: Element): void {
  for (let fold = fault.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) {
    fold.open = true;
  }
}
