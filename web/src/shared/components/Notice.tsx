import type { ComponentChildren } from "preact";

/** What went well (role `status`) or wrong (role `alert`). */
export function Notice(props: { kind: "status" | "alert"; children: ComponentChildren; actions?: ComponentChildren }) {
  return (
    <div class={`notice notice--${props.kind}`} role={props.kind}>
      <div class="notice__text">{props.children}</div>
      {props.actions}
    </div>
  );
}
