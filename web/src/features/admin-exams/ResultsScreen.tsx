import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { saveDocument } from "@/shared/api/documents";
import { useAction } from "@/shared/api/useAction";
import { useLoaded } from "@/shared/api/useLoaded";
import { Chart } from "@/shared/charts/Chart";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { Loading } from "@/shared/components/Loading";
import { Notice } from "@/shared/components/Notice";
import { Pager } from "@/shared/components/Pager";
import { Table } from "@/shared/components/Table";
import { moment, number } from "@/shared/format/time";
import type { ScreenProps } from "@/shared/screen";

import { ExamFrame } from "./ExamFrame";
import { texts } from "./texts";

/** The results of an exam, how they are distributed, and whether students see them. */
export default function ResultsScreen(props: ScreenProps) {
  const text = texts();
  const id = Number(props.params.id);
  const [page, setPage] = useState(1);
  const [told, setTold] = useState("");
  const exam = useLoaded(`exam ${id}`, async (signal) => {
    return (await api.get("/admin/api/exams/{exam_id}", { params: { path: { exam_id: id } }, signal })).exam;
  });
  const results = useLoaded(`results ${id} ${page}`, async (signal) => {
    const answer = await api.get("/admin/users-analytics/results", {
      params: { query: { exam: id, page } as never },
      signal,
    });
    // Text is the answer to `partial=1` alone.
    return answer as Schema<"ResultPage">;
  });
  const releasing = useAction(async (released: boolean) => {
    await api.post("/admin/exams/{exam_id}/release-results", {
      params: { path: { exam_id: id } },
      body: { released },
    });
    setTold(released ? text.released : text.hidden);
    exam.reload();
  });
  const saving = useAction(async (resultId: number) => {
    const path = `/admin/users-analytics/download-result/${resultId}`;
    await saveDocument(path, `result-${resultId}.pdf`, "admin", () => undefined);
  });
  const isReleased = exam.data?.released === true;
  const { data } = results;
  return (
    <ExamFrame
      id={id}
      title={text.results}
      lead={exam.data?.name}
      actions={
        exam.data && exam.data.result_mode !== "instant" ? (
          <Button kind="primary" onClick={() => releasing.run(!isReleased)} busy={releasing.isBusy}>
            {isReleased ? text.hide : text.release}
          </Button>
        ) : null
      }
    >
      <Failure error={exam.error ?? results.error ?? releasing.error ?? saving.error} onRetry={results.reload} />
      {told ? <Notice kind="status">{told}</Notice> : null}
      <Distribution id={id} />
      {!data && results.isLoading ? <Loading /> : null}
      {data?.results.length === 0 ? <p class="muted">{text.noResults}</p> : null}
      {data ? (
        <Table
          label={text.results}
          head={[text.student, text.score, text.percentage, text.grade, text.minutesTaken, text.handedIn, ""]}
        >
          {data.results.map((row) => (
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
              <td>{moment(row.created_at)}</td>
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
          ))}
        </Table>
      ) : null}
      {data ? <Pager page={data.page} pages={data.total_pages} onPage={setPage} /> : null}
    </ExamFrame>
  );
}

const RANGES = ["≥ 90", "75–89", "60–74", "< 60"];

function Distribution(props: { id: number }) {
  const text = texts();
  const loaded = useLoaded(`distribution ${props.id}`, (signal) =>
    api.get("/admin/api/users-analytics/data", {
      params: { query: { timePeriod: "all", exam: props.id } as never },
      signal,
    }),
  );
  const { data } = loaded;
  if (!data) return <Failure error={loaded.error} onRetry={loaded.reload} />;
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
          label={`${text.distribution}: ${RANGES.map((range, index) => `${range}: ${data.charts.scoreDistribution[index] ?? 0}`).join(", ")}`}
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
