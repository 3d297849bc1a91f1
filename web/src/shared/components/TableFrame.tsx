import type { ComponentChildren } from "preact";

/** Lets a wide table scroll on a narrow screen, also by keyboard. */
export function TableFrame(props: { name: string; children: ComponentChildren }) {
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div class="table-frame" role="region" aria-label={props.name} tabIndex={0}>
      {props.children}
    </div>
  );
}
