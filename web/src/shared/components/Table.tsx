import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

import { common } from "@/shared/i18n/common";
import type { SortedColumn, Sorting } from "@/shared/lists/useSorting";

/** What stands above a column; one that the server can sort by becomes a button. */
export type HeadCell = string | SortedColumn;

/**
 * A table with a name, which scrolls sideways by itself where it is too wide. On narrow screens each row is a card, whose
 * values have the name of their column beside them.
 */
export function Table(props: {
  label: string;
  head: readonly HeadCell[];
  sorting?: Sorting | undefined;
  children: ComponentChildren;
}) {
  const { sorting, head } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  useLayoutEffect(() => {
    for (const row of body.current?.rows ?? []) {
      [...row.cells].forEach((cell, index) => {
        const column = head[index];
        cell.dataset.column = typeof column === "string" ? column : column?.text;
      });
    }
  });
  return (
    // Scrolls by keyboard, too.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div class="table-frame" role="group" aria-label={common().scrolls(props.label)} tabIndex={0}>
      <table class="table" aria-label={props.label}>
        <thead>
          <tr>
            {props.head.map((cell, index) =>
              typeof cell === "string" || !sorting ? (
                <th key={index} scope="col">
                  {typeof cell === "string" ? cell : cell.text}
                </th>
              ) : (
                <SortedHead key={index} column={cell} sorting={sorting} />
              ),
            )}
          </tr>
        </thead>
        <tbody ref={body}>{props.children}</tbody>
      </table>
    </div>
  );
}

function SortedHead(props: { column: SortedColumn; sorting: Sorting }) {
  const { column, sorting } = props;
  const order = column.sort === sorting.sort ? sorting.order : undefined;
  return (
    <th scope="col" aria-sort={order === "asc" ? "ascending" : order === "desc" ? "descending" : "none"}>
      <button type="button" class="table__sort" onClick={() => sorting.by(column)}>
        {column.text}
        <span aria-hidden="true">{order === "asc" ? "▲" : order === "desc" ? "▼" : "↕"}</span>
      </button>
    </th>
  );
}
