import type { ComponentChildren, ButtonHTMLAttributes } from "preact";

export interface ButtonProps extends Omit<ButtonHTMLAttributes, "class" | "size"> {
  kind?: "primary" | "secondary" | "quiet" | "danger";
  size?: "small";
  /** Shows that it works; presses meanwhile do nothing. */
  busy?: boolean;
  children: ComponentChildren;
}

export function Button({
  kind = "secondary",
  size,
  busy = false,
  children,
  type = "button",
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      class={`button button--${kind}${size ? ` button--${size}` : ""}`}
      aria-busy={busy}
      aria-disabled={busy || undefined}
      onClick={
        busy
          ? (event) => {
              event.preventDefault();
            }
          : onClick
      }
    >
      {children}
    </button>
  );
}

/** A link that looks like a button. */
export function LinkButton(props: { href: string; kind?: ButtonProps["kind"]; children: ComponentChildren }) {
  return (
    <a href={props.href} class={`button button--${props.kind ?? "secondary"}`}>
      {props.children}
    </a>
  );
}
