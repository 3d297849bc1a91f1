import { api, type Schema } from "@/shared/api/client";
import { useLoaded } from "@/shared/api/useLoaded";
import { Chart } from "@/shared/charts/Chart";
import { Page } from "@/shared/components/Page";
import { day, moment, number } from "@/shared/format/time";
import { ServerTable } from "@/shared/lists/ServerTable";
import { useCursorList } from "@/shared/lists/useServerList";

import "./results.css";
import { texts } from "./texts";

type Row = Schema<"HistoryView">;

/** All results of a student, the newest first, and how they went. */
export default function ResultsScreen() {
  const text = texts();
  const results = useCursorList<Row>("results", async (cursor, signal) => {
    const page = await api.get("/api/results", { params: { query: cursor ? { cursor } : {} }, signal });
    return { items: page.results, next: page.next_cursor };
  });
  return (
    <Page title={text.results}>
      <Trend />
      <ServerTable
        list={results}
        label={text.results}
        head={[text.exam, text.score, text.percentage, text.grade, text.attempts, text.handedIn]}
        empty={text.none}
      >
        {(row) => (
          <tr key={row.id}>
            <th scope="row">
              <a href={`/app/results/${row.exam_id}?result=${row.id}`}>{row.exam_name}</a>
            </th>
            {row.score === null || row.max_score === null ? (
              <td colSpan={3} class="muted">
                {text.pendingShort}
              </td>
            ) : (
              <>
                <td>
                  {number(row.score)} / {number(row.max_score)}
                </td>
                <td>{number(row.percentage ?? 0)} %</td>
                <td>{row.grade}</td>
              </>
            )}
            <td>{text.attempt(row.attempt_number)}</td>
            <td>{moment(row.completed_at)}</td>
          </tr>
        )}
      </ServerTable>
    </Page>
  );
}

/** Averages and the course of the scores, where there are at least two. */
function Trend() {
  const text = texts();
  const loaded = useLoaded("analytics", (signal) => api.get("/api/analytics", { signal }));
  const analytics = loaded.data?.analytics;
  if (!analytics || analytics.total_exams < 2) return null;
  return (
    <div class="results__trend">
      <ul role="list" class="plain-list card figures">
        <li>
          {text.taken} <strong>{analytics.total_exams}</strong>
        </li>
        <li>
          {text.average} <strong>{number(analytics.average_score)} %</strong>
        </li>
        <li>
          {text.best} <strong>{number(analytics.highest_score)} %</strong>
        </li>
      </ul>
      <div class="card">
        <Chart
          label={text.trend}
          picture={{
            kind: "line",
            labels: analytics.score_trend.map((point) => day(point.completed_at)),
            series: [
              {
                name: text.percentage,
                values: analytics.score_trend.map((point) => point.score),
                colours: ["accent"],
              },
            ],
            max: 100,
          }}
        />
      </div>
    </div>
  );
}
