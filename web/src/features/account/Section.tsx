import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** A part of the account screen. */
export function Section(props: { title: string; children: ComponentChildren; wide?: boolean }) {
  const id = useId();
  return (
    <section class={props.wide ? "card account__part account__part--wide" : "card account__part"} aria-labelledby={id}>
      <h2 id={id}>{props.title}</h2>
      {props.children}
    </section>
  );
}
