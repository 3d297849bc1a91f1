import { useState } from "preact/hooks";

import { ExamFrame } from "@/shared/admin/ExamFrame";
import { type Person, PersonSearch } from "@/shared/admin/PersonSearch";
import { useExam } from "@/shared/admin/useExam";
import { api, type Schema } from "@/shared/api/client";
import { saveDocument } from "@/shared/api/documents";
import { useChange } from "@/shared/api/useChange";
import { useLoaded } from "@/shared/api/useLoaded";
import { Chart } from "@/shared/charts/Chart";
import { Button, LinkButton } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { TextField } from "@/shared/components/fields";
import { Outcome } from "@/shared/components/Outcome";
import { moment, number } from "@/shared/format/time";
import { ServerTable } from "@/shared/lists/ServerTable";
import { usePagedList } from "@/shared/lists/useServerList";
import { useSorting } from "@/shared/lists/useSorting";
import type { ScreenProps } from "@/shared/screen";

import "./admin-exams.css";
import { texts } from "./texts";

/** Which results are shown; days are the institute's. */
interface Filter {
  readonly from: string;
  readonly to: string;
  readonly student: Person | undefined;
}

/** The results of an exam, how they are distributed, and whether students see them. */
export default function ResultsScreen(props: ScreenProps) {
  const text = texts();
  const id = Number(props.params.id);
  const [filter, setFilter] = useState<Filter>({ from: "", to: "", student: undefined });
  const [percent, setPercent] = useState<number>();
  const loaded = useExam(id);
  const { from, to, student } = filter;
  const sorting = useSorting<"time" | "score">("time", "desc");
  // Scores of some days have no order on the server, unless they are one student's.
  const isByScore = student !== undefined || (from === "" && to === "");
  const sort = isByScore ? sorting.sort : "time";
  const { order } = sorting;
  const asked = `results ${id} ${from} ${to} ${student?.id ?? ""} ${sort} ${order}`;
  const results = usePagedList(asked, async (page, signal) => {
    const query = {
      exam: id,
      page,
      sort,
      order,
      ...(from && { dateFrom: from }),
      ...(to && { dateTo: to }),
      ...(student && { user: student.id }),
    };
    const answer = await api.get("/admin/users-analytics/results", { params: { query: query as never }, signal });
    // Text is the answer to `partial=1` alone.
    const shown = answer as Schema<"ResultPage">;
    return { items: shown.results, pages: shown.total_pages };
  });
  const releasing = useChange(async (released: boolean) => {
    await api.post("/admin/exams/{exam_id}/release-results", {
      params: { path: { exam_id: id } },
      body: { released },
    });
    loaded.reload();
    return released ? text.released : text.hidden;
  });
  const saving = useChange(async (resultId: number) => {
    setPercent(0);
    try {
      const path = `/admin/users-analytics/download-result/${resultId}`;
      await saveDocument(path, `result-${resultId}.pdf`, "admin", setPercent);
      return undefined;
    } finally {
      setPercent(undefined);
    }
  });
  const exam = loaded.data?.exam;
  const isReleased = exam?.released === true;
  return (
    <ExamFrame
      id={id}
      title={text.results}
      lead={exam?.name}
      actions={
        <>
          {exam && exam.result_mode !== "instant" ? (
            <Button kind="primary" onClick={() => releasing.run(!isReleased)} busy={releasing.isBusy}>
              {isReleased ? text.hide : text.release}
            </Button>
          ) : null}
          <LinkButton href={`/app/admin/attempts?exam=${id}`}>{text.attemptsOfExam}</LinkButton>
        </>
      }
    >
      <Failure error={loaded.error} onRetry={loaded.reload} />
      <Outcome of={[releasing, saving]} />
      {percent === undefined ? null : <p class="muted">{text.preparingPdf(percent)}</p>}
      <Filters filter={filter} onChange={setFilter} />
      {student ? null : <Distribution id={id} from={from} to={to} />}
      <ServerTable
        list={results}
        label={text.results}
        head={[
          text.student,
          text.score,
          isByScore ? { text: text.percentage, sort: "score", first: "desc" } : text.percentage,
          text.grade,
          text.minutesTaken,
          { text: text.handedIn, sort: "time", first: "desc" },
          text.pdf,
        ]}
        sorting={{ ...sorting, sort }}
        empty={text.noResults}
      >
        {(row) => (
          <tr key={row.id}>
            <th scope="row">
              {row.full_name}{" "}
              <span class="muted small">
                {row.roll_no === null ? row.username : `${row.username} · ${row.roll_no}`}
              </span>
            </th>
            <td>
              {number(row.score)} / {number(row.max_score)}
            </td>
            <td>{number(row.percentage)} %</td>
            <td>{row.grade}</td>
            <td>{number(row.duration)}</td>
            <td>{moment(row.created_at, exam?.timezone)}</td>
            <td>
              <Button
                kind="quiet"
                size="small"
                aria-label={text.downloadPdf(row.full_name)}
                onClick={() => saving.run(row.id)}
              >
                PDF
              </Button>
            </td>
          </tr>
        )}
      </ServerTable>
    </ExamFrame>
  );
}

function Filters(props: { filter: Filter; onChange: (filter: Filter) => void }) {
  const text = texts();
  const { filter, onChange } = props;
  const hasAny = filter.from !== "" || filter.to !== "" || filter.student !== undefined;
  return (
    <details class="card">
      <summary>{text.filters}</summary>
      <div class="stack">
        <div class="form-grid">
          <TextField
            label={text.from}
            type="date"
            value={filter.from}
            onText={(from) => onChange({ ...filter, from })}
          />
          <TextField label={text.to} type="date" value={filter.to} onText={(to) => onChange({ ...filter, to })} />
        </div>
        <PersonSearch
          label={text.findStudent}
          action={text.onlyOf}
          onChoose={(student) => onChange({ ...filter, student })}
        />
        {hasAny ? (
          <div class="row">
            {filter.student ? <span class="badge">{filter.student.full_name}</span> : null}
            <Button size="small" onClick={() => onChange({ from: "", to: "", student: undefined })}>
              {text.showAll}
            </Button>
          </div>
        ) : null}
      </div>
    </details>
  );
}

const RANGES = ["≥ 90", "75–89", "60–74", "< 60"];

/** How the scores are distributed, of all days or of a period whose two ends are given. */
function Distribution(props: { id: number; from: string; to: string }) {
  const text = texts();
  const { id, from, to } = props;
  const period =
    from !== "" && to !== ""
      ? ({ timePeriod: "custom", startDate: from, endDate: to } as const)
      : ({ timePeriod: "all" } as const);
  const loaded = useLoaded(`distribution ${id} ${JSON.stringify(period)}`, (signal) =>
    api.get("/admin/api/users-analytics/data", { params: { query: { ...period, exam: id } }, signal }),
  );
  const { data } = loaded;
  if (!data) return <Failure error={loaded.error} onRetry={loaded.reload} />;
  const counts = RANGES.map((range, index) => `${range}: ${data.charts.scoreDistribution[index] ?? 0}`);
  return (
    <div class="exam-results">
      <dl class="card settings">
        <dt>{text.attempts}</dt>
        <dd>{data.summary.totalAttempts}</dd>
        <dt>{text.average}</dt>
        <dd>{number(data.summary.avgScore)} %</dd>
        <dt>{text.passRate}</dt>
        <dd>{number(data.summary.passRate)} %</dd>
      </dl>
      <div class="card">
        <Chart
          label={`${text.distribution}: ${counts.join(", ")}`}
          picture={{
            kind: "bar",
            labels: RANGES,
            series: [{ name: text.attempts, values: data.charts.scoreDistribution, colours: ["accent"] }],
          }}
        />
      </div>
    </div>
  );
}
