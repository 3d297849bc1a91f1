import { api, type Schema } from "@/shared/api/client";
import { Page } from "@/shared/components/Page";
import { moment } from "@/shared/format/time";
import { fieldName } from "@/shared/i18n/serverText";
import { ServerTable } from "@/shared/lists/ServerTable";
import { useCursorList } from "@/shared/lists/useServerList";
import { useSorting } from "@/shared/lists/useSorting";

import { auditTexts } from "./auditTexts";
import { texts } from "./texts";

type Values = Schema<"AuditEntry">["before"];

/** Who changed what, by time. */
export default function AuditScreen() {
  const text = texts();
  const sorting = useSorting("when", "desc");
  const { order } = sorting;
  const entries = useCursorList<Schema<"AuditEntry">>(`audit ${order}`, async (cursor, signal) => {
    const query = { order, ...(cursor && { cursor }) };
    const page = await api.get("/admin/api/audit", { params: { query }, signal });
    return { items: page.entries, next: page.next_cursor };
  });
  return (
    <Page title={text.audit}>
      <ServerTable
        list={entries}
        label={text.audit}
        head={[{ text: text.when, sort: "when", first: "desc" }, text.who, text.what, text.which, text.change]}
        sorting={sorting}
        empty={text.none}
      >
        {(entry) => (
          <tr key={entry.id}>
            <td>{moment(entry.at)}</td>
            <td>{entry.actor.username ?? text.deleted}</td>
            <th scope="row">{actionName(entry.action)}</th>
            <td>
              <Target target={entry.target} />
            </td>
            <td class="multiline small">
              <Changes lines={changes(entry.before, entry.after)} />
            </td>
          </tr>
        )}
      </ServerTable>
    </Page>
  );
}

/** What was done, in words: actions are a noun and a verb. What is newer than this page keeps its name in the API. */
function actionName(action: string): string {
  const text = auditTexts();
  const [noun = "", verb = ""] = action.split(".");
  const [what, done] = [text.nouns(noun), text.verbs(verb)];
  return what && done ? `${what}: ${done}` : action;
}

/** What was changed, such as `exam:8/batch:3`, in words; its exam can be opened. */
function Target(props: { target: string }) {
  const text = auditTexts();
  // The path of a picture has slashes, too; its beginning tells pictures apart.
  const image = /^image:images\/(.{8})/.exec(props.target);
  if (image) return <>{`${text.nouns("image")} ${image[1]}…`}</>;
  const parts = props.target.split("/").map((part) => {
    const [noun = "", id = ""] = part.split(":");
    return { noun, id, name: `${text.nouns(noun) || noun} ${id}`.trim() };
  });
  return (
    <>
      {parts.map(({ noun, id, name }, index) => (
        <span key={index}>
          {index > 0 ? ", " : null}
          {noun === "exam" ? <a href={`/app/admin/exams/${id}`}>{name}</a> : name}
        </span>
      ))}
    </>
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
    .map((name) => [name, written(old[name], name), written(now[name], name)] as const)
    .filter(([, was, is]) => was !== is)
    .map(([name, was, is]) => `${fieldName(name)}: ${before && after ? `${was || "–"} → ${is || "–"}` : was || is}`);
}

/** A value in short; empty if it says nothing. */
function written(value: unknown, name: string): string {
  if (value === undefined || value === null || value === "") return "";
  if (typeof value === "number" && name.endsWith("_at")) return moment(new Date(value * 1000).toISOString());
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text === "[]" || text === "{}" ? "" : text;
}
