import { useState } from "preact/hooks";

import { useSettled } from "@/shared/format/useSettled";

export interface Search {
  readonly typed: string;
  readonly type: (text: string) => void;
  /** What to search for, once typing has paused; empty for everything. */
  readonly q: string;
  /** The same as a part of a query. */
  readonly query: { readonly q?: string };
}

/** The state of a search field. */
export function useSearch(): Search {
  const [typed, type] = useState("");
  const q = useSettled(typed.trim());
  return { typed, type, q, query: q === "" ? {} : { q } };
}
