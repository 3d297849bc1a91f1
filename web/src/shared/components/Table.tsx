import type { ComponentChildren } from "preact";

import { common } from "@/shared/i18n/common";

/** A table with a name, which scrolls sideways by itself where it is too wide. */
export function Table(props: { label: string; head: readonly ComponentChildren[]; children: ComponentChildren }) {
  return (
    // Scrolls by keyboard, too.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div class="table-frame" role="group" aria-label={common().scrolls(props.label)} tabIndex={0}>
      <table class="table" aria-label={props.label}>
        <thead>
          <tr>
            {props.head.map((cell, index) => (
              <th key={index} scope="col">
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
  );
}
