import type { ComponentChildren } from "preact";

import { Failure } from "@/shared/components/Failure";
import { type HeadCell, Table } from "@/shared/components/Table";

import { ListEnd } from "./ListEnd";
import type { ServerList } from "./useServerList";
import type { Sorting } from "./useSorting";

/**
 * A list of the server as a table, with what can happen to it: an error, nothing yet, nothing at all, more of it.
 *
 * @param sorting how the list is sorted, where columns can change it.
 * @param children makes the row of an item.
 */
export function ServerTable<T>(props: {
  list: ServerList<T>;
  label: string;
  head: readonly HeadCell[];
  sorting?: Sorting | undefined;
  empty: string;
  children: (item: T, index: number) => ComponentChildren;
}) {
  const { list } = props;
  return (
    <div class="stack">
      <Failure error={list.error} onRetry={list.reload} />
      {list.items.length > 0 || !list.error ? (
        <Table label={props.label} head={props.head} sorting={props.sorting}>
          {list.items.map(props.children)}
        </Table>
      ) : null}
      <ListEnd list={list} empty={props.empty} />
    </div>
  );
}
