import { Button } from "@/shared/components/Button";
import { Loading } from "@/shared/components/Loading";
import { common } from "@/shared/i18n/common";

import { Pager } from "./Pager";
import type { ServerList } from "./useServerList";

/** Below a list: that it loads, that there is nothing, or the way to the rest. */
export function ListEnd<T>(props: { list: ServerList<T>; empty: string }) {
  const { isLoading, isEmpty, rest } = props.list;
  if (isLoading && props.list.items.length === 0) return <Loading />;
  if (isEmpty) return <p class="muted list-empty">{props.empty}</p>;
  if (rest.kind === "pages") return <Pager page={rest.page} pages={rest.count} onPage={rest.go} />;
  if (!rest.hasMore) return null;
  return (
    <div class="list-more">
      <Button onClick={rest.more} busy={isLoading}>
        {common().showMore}
      </Button>
    </div>
  );
}
