import { useState } from "preact/hooks";

export type Order = "asc" | "desc";

/** What a list of the server is sorted by, and in which direction. */
export interface Sorting {
  readonly sort: string;
  readonly order: Order;
  /** Sort by this: at first in its usual direction, then the other way round. */
  readonly by: (column: SortedColumn) => void;
}

/** A column by which the server can sort the list. */
export interface SortedColumn {
  readonly text: string;
  readonly sort: string;
  /** The direction at first. */
  readonly first: Order;
}

/** The sorting of a list, which begins as the server's own. */
export function useSorting<S extends string>(sort: S, order: Order): Sorting & { readonly sort: S } {
  const [now, setNow] = useState<{ sort: S; order: Order }>({ sort, order });
  const by = (column: SortedColumn): void => {
    const turned = now.order === "asc" ? "desc" : "asc";
    setNow({ sort: column.sort as S, order: column.sort === now.sort ? turned : column.first });
  };
  return { ...now, by };
}
