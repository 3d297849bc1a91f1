import { api, type Schema } from "@/shared/api/client";
import { Page } from "@/shared/components/Page";
import { moment } from "@/shared/format/time";
import { ServerTable } from "@/shared/lists/ServerTable";
import { useCursorList } from "@/shared/lists/useServerList";

import { texts } from "./texts";

type Values = Schema<"AuditEntry">["before"];

/** Who changed what, the latest first. */
export default function AuditScreen() {
  const text = texts();
  const entries = useCursorList<Schema<"AuditEntry">>("audit", async (cursor, signal) => {
    const page = await api.get("/admin/api/audit", { params: { query: cursor ? { cursor } : {} }, signal });
    return { items: page.entries, next: page.next_cursor };
  });
  return (
    <Page title={text.audit}>
      <ServerTable
        list={entries}
        label={text.audit}
        head={[text.when, text.who, text.what, text.which, text.change]}
        empty={text.none}
      >
        {(entry) => (
          <tr key={entry.id}>
            <td>{moment(entry.at)}</td>
            <td>{entry.actor.username ?? text.deleted}</td>
            <th scope="row">{entry.action}</th>
            <td>{entry.target}</td>
            <td class="multiline small">
              <Changes lines={changes(entry.before, entry.after)} />
            </td>
          </tr>
        )}
      </ServerTable>
    </Page>
  );
}

const FEW = 4;

/** What changed; a long list opens on demand. */
function Changes(props: { lines: readonly string[] }) {
  const { lines } = props;
  if (lines.length <= FEW) return <>{lines.join("\n")}</>;
  return (
    <details>
      <summary>{texts().values(lines.length)}</summary>
      {lines.join("\n")}
    </details>
  );
}

/** A line for each value: `name: before → after`, or what there is of it where something was made or deleted. */
function changes(before: Values, after: Values): readonly string[] {
  const old: Record<string, unknown> = before ?? {};
  const now: Record<string, unknown> = after ?? {};
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .map((name) => [name, written(old[name]), written(now[name])] as const)
    .filter(([, was, is]) => was !== is)
    .map(([name, was, is]) => `${name}: ${before && after ? `${was || "–"} → ${is || "–"}` : was || is}`);
}

/** A value in short; empty if it says nothing. */
function written(value: unknown): string {
  if (value === undefined || value === null || value === "") return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text === "[]" || text === "{}" ? "" : text;
}
