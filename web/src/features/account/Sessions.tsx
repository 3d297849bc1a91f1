import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { useLoaded } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { Loading } from "@/shared/components/Loading";
import { Notice } from "@/shared/components/Notice";
import { Table } from "@/shared/components/Table";
import { moment } from "@/shared/format/time";

import { texts } from "./accountTexts";
import { Section } from "./Section";

type Row = Schema<"SessionRow">;

/** Where the account is signed in. */
export function Sessions() {
  const text = texts();
  const { data, error, reload } = useLoaded("sessions", (signal) => api.get("/api/account/sessions", { signal }));
  const [isDone, setDone] = useState(false);
  const ending = useAction(async (id: string) => {
    await api.delete("/api/account/sessions/{session_id}", { params: { path: { session_id: id } } });
    reload();
  });
  const endingOthers = useAction(async () => {
    await api.post("/api/account/sessions/end-others", {});
    setDone(true);
    reload();
  });
  if (!data)
    return <Section title={text.sessions}>{error ? <Failure error={error} onRetry={reload} /> : <Loading />}</Section>;
  const hasOthers = data.sessions.some(({ current }) => !current);
  return (
    <Section title={text.sessions} wide>
      <p class="muted">{text.sessionsText}</p>
      <Failure error={ending.error ?? endingOthers.error} />
      {isDone ? <Notice kind="status">{text.othersEnded}</Notice> : null}
      <Table label={text.sessions} head={[text.device, text.kind, text.seen, text.endShort]}>
        {data.sessions.map((row) => (
          <tr key={row.id}>
            <th scope="row">{deviceOf(row)}</th>
            <td>{kindOf(row)}</td>
            <td>{row.last_seen_at ? moment(row.last_seen_at) : ""}</td>
            <td>
              {row.current ? (
                <span class="badge badge--good">{text.thisOne}</span>
              ) : (
                <Button size="small" aria-label={text.end(deviceOf(row))} onClick={() => ending.run(row.id)}>
                  {text.endShort}
                </Button>
              )}
            </td>
          </tr>
        ))}
      </Table>
      {hasOthers ? (
        <p class="card__foot">
          <Button busy={endingOthers.isBusy} onClick={() => endingOthers.run()}>
            {text.endOthers}
          </Button>
        </p>
      ) : null}
    </Section>
  );
}

function kindOf(row: Row): string {
  const text = texts();
  const kinds: Record<string, string> = { web: text.web, token: text.token, socket: text.socket };
  return kinds[row.kind] ?? row.kind;
}

/** Browser and system of a user agent, as people call them. */
function deviceOf(row: Row): string {
  const agent = row.user_agent || "";
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(agent)?.[1];
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|CrOS|Linux)/.exec(agent)?.[1];
  const names: Record<string, string> = { Edg: "Edge", OPR: "Opera", "Mac OS X": "macOS", CrOS: "ChromeOS" };
  const parts = [browser, system].flatMap((part) => (part ? [names[part] ?? part] : []));
  return parts.join(" · ") || agent.slice(0, 60) || texts().unknown;
}
