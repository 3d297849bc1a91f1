import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { useAction } from "@/shared/api/useAction";
import { common } from "@/shared/i18n/common";

import { Button, type ButtonProps } from "./Button";
import { Dialog } from "./Dialog";
import { Failure } from "./Failure";

/**
 * A button for what cannot be undone: it asks once more before it acts.
 *
 * @param name what is done, on both buttons.
 * @param children what is lost, in the dialog.
 * @param onConfirm does it; an error stays in the dialog.
 */
export function ConfirmButton(props: {
  name: string;
  /** What stands on the first button where `name` is too long; `name` stays its accessible name. */
  short?: string;
  size?: ButtonProps["size"];
  kind?: ButtonProps["kind"];
  children: ComponentChildren;
  onConfirm: () => Promise<void>;
}) {
  const [isAsking, setAsking] = useState(false);
  const look = { kind: props.kind ?? "danger", ...(props.size && { size: props.size }) };
  return (
    <>
      <Button {...look} {...(props.short && { "aria-label": props.name })} onClick={() => setAsking(true)}>
        {props.short ?? props.name}
      </Button>
      {isAsking ? (
        <ConfirmDialog name={props.name} onConfirm={props.onConfirm} onClose={() => setAsking(false)}>
          {props.children}
        </ConfirmDialog>
      ) : null}
    </>
  );
}

/**
 * Asks once more before something is done.
 *
 * @param name what is done, in the title and on the button.
 * @param children what it means.
 * @param kind `danger` for what cannot be undone.
 * @param onConfirm does it; an error stays in the dialog.
 * @param onClose called when it is done, or is not to be done.
 */
export function ConfirmDialog(props: {
  name: string;
  kind?: "primary" | "danger";
  children: ComponentChildren;
  onConfirm: () => Promise<void>;
  onClose: () => void;
}) {
  const acting = useAction(async () => {
    await props.onConfirm();
    props.onClose();
  });
  return (
    <Dialog
      title={`${props.name}?`}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>{common().cancel}</Button>
          <Button kind={props.kind ?? "danger"} busy={acting.isBusy} onClick={() => acting.run()}>
            {props.name}
          </Button>
        </>
      }
    >
      <Failure error={acting.error} />
      <p>{props.children}</p>
    </Dialog>
  );
}
