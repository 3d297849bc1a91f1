import { api, type Schema } from "@/shared/api/client";
import { usePages } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { Loading } from "@/shared/components/Loading";
import { Page } from "@/shared/components/Page";
import { Table } from "@/shared/components/Table";
import { moment } from "@/shared/format/time";
import { common } from "@/shared/i18n/common";

import { texts } from "./texts";

type Values = Schema<"AuditEntry">["before"];

/** Who changed what, the latest first. */
export default function AuditScreen() {
  const text = texts();
  const entries = usePages<Schema<"AuditEntry">>("audit", async (cursor, signal) => {
    const page = await api.get("/admin/api/audit", { params: { query: cursor ? { cursor } : {} }, signal });
    return { items: page.entries, next: page.next_cursor };
  });
  return (
    <Page title={text.audit}>
      <div class="stack">
        <Failure error={entries.error} onRetry={entries.reload} />
        <Table label={text.audit} head={[text.when, text.who, text.what, text.which, text.change]}>
          {entries.items.map((entry) => (
            <tr key={entry.id}>
              <td>{moment(entry.at)}</td>
              <td>{entry.actor.username ?? text.deleted}</td>
              <th scope="row">{entry.action}</th>
              <td>{entry.target}</td>
              <td class="multiline small">{changes(entry.before, entry.after)}</td>
            </tr>
          ))}
        </Table>
        {entries.isLoading ? <Loading /> : null}
        {entries.hasMore ? (
          <Button onClick={entries.more} busy={entries.isLoading}>
            {common().showMore}
          </Button>
        ) : null}
      </div>
    </Page>
  );
}

/** A line for each value: `name: before → after`. */
function changes(before: Values, after: Values): string {
  const old = (before ?? {}) as Record<string, unknown>;
  const now = (after ?? {}) as Record<string, unknown>;
  const shown = (value: unknown): string => (value === undefined ? "–" : JSON.stringify(value));
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .map((name) => `${name}: ${shown(old[name])} → ${shown(now[name])}`)
    .join("\n");
}
