import { useEffect, useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { useLoaded } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Dialog } from "@/shared/components/Dialog";
import { Failure } from "@/shared/components/Failure";
import { Lines } from "@/shared/components/Lines";
import { Loading } from "@/shared/components/Loading";
import { Page } from "@/shared/components/Page";
import { moment } from "@/shared/format/time";
import { common } from "@/shared/i18n/common";
import { ServerTable } from "@/shared/lists/ServerTable";
import { useCursorList } from "@/shared/lists/useServerList";
import { useSorting } from "@/shared/lists/useSorting";
import { serverText } from "@/shared/i18n/serverText";

import { texts } from "./texts";

type Job = Schema<"JobRow">;

/** Milliseconds between two looks at jobs that are not over. */
const PAUSE = 3000;

/** The work of the last week that took longer than a request, and how far it is. */
export default function JobsScreen() {
  const text = texts();
  const [shown, setShown] = useState<Job>();
  const sorting = useSorting("created", "desc");
  const { order } = sorting;
  const jobs = useCursorList<Job>(`jobs ${order}`, async (cursor, signal) => {
    const query = { order, ...(cursor && { cursor }) };
    const page = await api.get("/admin/api/jobs", { params: { query }, signal });
    return { items: page.jobs, next: page.next_cursor };
  });
  const { items, reload } = jobs;
  useEffect(() => {
    if (items.every(({ status }) => status === "done" || status === "failed")) return;
    const timer = setTimeout(reload, PAUSE);
    return () => clearTimeout(timer);
    // Each answer has new items, and so begins the next pause.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [items]);
  return (
    <Page title={text.jobs} lead={text.jobsLead}>
      <ServerTable
        list={jobs}
        label={text.jobs}
        head={[
          text.kind,
          { text: text.begun, sort: "created", first: "desc" },
          text.state,
          text.progress,
          text.message,
          text.result,
        ]}
        sorting={sorting}
        empty={text.noJobs}
      >
        {(job) => (
          <tr key={job.id}>
            <th scope="row">{kindName(job.kind)}</th>
            <td>{moment(job.created_at)}</td>
            <td>{stateName(job.status)}</td>
            <td>
              <progress max={100} value={job.percent} aria-label={text.progressOf(kindName(job.kind), job.id)} />{" "}
              {job.percent} %
            </td>
            <td class="multiline">{serverText(job.message)}</td>
            <td>
              {job.status === "done" ? (
                <Button
                  kind="quiet"
                  size="small"
                  aria-label={text.resultOf(kindName(job.kind), job.id)}
                  onClick={() => setShown(job)}
                >
                  {text.show}
                </Button>
              ) : (
                "–"
              )}
            </td>
          </tr>
        )}
      </ServerTable>
      {shown ? <Result job={shown} onClose={() => setShown(undefined)} /> : null}
    </Page>
  );
}

/** What a job has done, and its file. The file's address is valid for minutes, and so asked for when it is needed. */
function Result(props: { job: Job; onClose: () => void }) {
  const text = texts();
  const path = { job_id: props.job.id };
  const load = async (signal?: AbortSignal): Promise<Schema<"JobView">> =>
    (await api.get("/admin/api/jobs/{job_id}", { params: { path }, ...(signal && { signal }) })).job;
  const loaded = useLoaded(`job ${props.job.id}`, load);
  const saving = useAction(async () => {
    const { download_url: address } = await load();
    if (address) location.assign(address);
  });
  const result = (loaded.data?.result ?? {}) as Record<string, unknown>;
  const counts = Object.entries(result).filter(([, value]) => typeof value === "number");
  const lists = Object.entries(result).filter(([, value]) => Array.isArray(value) && value.every(isText));
  return (
    <Dialog
      title={kindName(props.job.kind)}
      onClose={props.onClose}
      wide
      actions={
        <>
          <Button onClick={props.onClose}>{common().close}</Button>
          {loaded.data?.download_url ? (
            <Button kind="primary" busy={saving.isBusy} onClick={() => saving.run()}>
              {text.download}
            </Button>
          ) : null}
        </>
      }
    >
      <Failure error={loaded.error ?? saving.error} onRetry={loaded.error ? loaded.reload : undefined} />
      {loaded.data ? <p>{serverText(loaded.data.message)}</p> : loaded.isLoading ? <Loading /> : null}
      <dl class="settings">
        {counts.map(([name, value]) => (
          <>
            <dt key={name}>{countName(name)}</dt>
            <dd key={`${name} value`}>{String(value)}</dd>
          </>
        ))}
      </dl>
      {lists.map(([name, lines]) => (
        <Lines key={name} name={countName(name)} lines={lines as string[]} />
      ))}
    </Dialog>
  );
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

/** What a kind of job is called; a kind that is newer than this page by its name in the API. */
function kindName(kind: string): string {
  const text = texts();
  const names: Record<string, string> = {
    roster_import: text.rosterImport,
    students_export: text.studentsExport,
    batch_removal: text.batchRemoval,
    question_generation: text.questionGeneration,
    result_pdf: text.resultPdf,
    deadlines: text.deadlines,
  };
  return names[kind] ?? kind.replaceAll("_", " ");
}

function stateName(status: string): string {
  const text = texts();
  const names: Record<string, string> = {
    queued: text.queued,
    running: text.running,
    done: text.done,
    failed: text.failed,
  };
  return names[status] ?? status;
}

function countName(name: string): string {
  const text = texts();
  const names: Record<string, string> = {
    created: text.created,
    updated: text.updated,
    unchanged: text.unchanged,
    skipped: text.skipped,
    errors: text.errors,
    notes: text.notes,
    count: text.count,
  };
  return names[name] ?? name.replaceAll("_", " ");
}
