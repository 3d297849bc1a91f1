import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

/**
 * A modal dialog: the browser's own, which keeps the focus inside, makes the page behind it inert and returns the focus
 * to where it was.
 *
 * @param onClose called on Escape; without it the dialog stays until its owner removes it.
 */
export function Dialog(props: {
  title: string;
  children: ComponentChildren;
  onClose?: () => void;
  wide?: boolean;
  actions?: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={props.wide ? "dialog dialog--wide" : "dialog"}
      aria-labelledby={title}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose?.();
      }}
      onKeyDown={(event) => {
        // A second Escape in a row closes a dialog whatever `cancel` says; this one never becomes a request to close.
        if (event.key === "Escape") {
          event.preventDefault();
          event.stopPropagation();
          props.onClose?.();
        }
      }}
    >
      <h2 id={title} class="dialog__title">
        {props.title}
      </h2>
      <div class="dialog__body">{props.children}</div>
      {props.actions ? <div class="dialog__actions">{props.actions}</div> : null}
    </dialog>
  );
}
