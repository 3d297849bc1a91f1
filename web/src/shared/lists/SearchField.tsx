import { TextField } from "@/shared/components/fields";

import type { Search } from "./useSearch";

export function SearchField(props: { label: string; search: Search }) {
  const { typed, type } = props.search;
  return <TextField label={props.label} type="search" autoComplete="off" value={typed} onText={type} />;
}
