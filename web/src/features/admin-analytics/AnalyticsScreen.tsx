import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { useLoaded } from "@/shared/api/useLoaded";
import { Chart } from "@/shared/charts/Chart";
import type { Colour, Picture } from "@/shared/charts/picture";
import { Failure } from "@/shared/components/Failure";
import { SelectField, TextField } from "@/shared/components/fields";
import { Loading } from "@/shared/components/Loading";
import { Page } from "@/shared/components/Page";
import { Table } from "@/shared/components/Table";
import { number } from "@/shared/format/time";

import "./analytics.css";
import { texts } from "./texts";

type Data = Schema<"AnalyticsData">;
type Period = "today" | "week" | "month" | "custom" | "all";

const RANGES = ["≥ 90", "75–89", "60–74", "< 60"];

/** How students do, over all exams and a period. */
export default function AnalyticsScreen() {
  const text = texts();
  const [period, setPeriod] = useState<Period>("month");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const isIncomplete = period === "custom" && (from === "" || to === "");
  const loaded = useLoaded(`${period} ${from} ${to}`, async (signal) => {
    if (isIncomplete) return undefined;
    const query = { timePeriod: period, ...(period === "custom" && { startDate: from, endDate: to }) };
    return api.get("/admin/api/users-analytics/data", { params: { query }, signal });
  });
  return (
    <Page title={text.title}>
      <div class="analytics__period">
        <SelectField
          label={text.period}
          value={period}
          onChoice={(value) => setPeriod(value as Period)}
          options={[
            { value: "today", text: text.today },
            { value: "week", text: text.week },
            { value: "month", text: text.month },
            { value: "all", text: text.all },
            { value: "custom", text: text.custom },
          ]}
        />
        {period === "custom" ? (
          <>
            <TextField label={text.from} type="date" value={from} onText={setFrom} />
            <TextField label={text.to} type="date" value={to} onText={setTo} />
          </>
        ) : null}
      </div>
      <Failure error={loaded.error} onRetry={loaded.reload} />
      {!loaded.data && loaded.isLoading ? <Loading /> : null}
      {loaded.data ? <Shown data={loaded.data} hasChanges={period !== "all"} /> : null}
    </Page>
  );
}

function Shown(props: { data: Data; hasChanges: boolean }) {
  const text = texts();
  const { summary, charts, tables } = props.data;
  const signed = (value: number): string => (value > 0 ? `+${number(value)}` : number(value));
  const figures = [
    { name: text.attempts, value: number(summary.totalAttempts), change: text.percent(signed(summary.attemptsChange)) },
    { name: text.average, value: `${number(summary.avgScore)} %`, change: text.points(signed(summary.scoreChange)) },
    { name: text.passed, value: `${number(summary.passRate)} %`, change: text.points(signed(summary.passRateChange)) },
    { name: text.active, value: number(summary.activeUsers), change: text.percent(signed(summary.usersChange)) },
  ];
  return (
    <>
      <ul role="list" class="plain-list analytics__figures">
        {figures.map((figure) => (
          <li key={figure.name} class="card">
            {figure.name} <strong>{figure.value}</strong>
            {props.hasChanges ? <span class="small muted">{text.change(figure.change)}</span> : null}
          </li>
        ))}
      </ul>
      <div class="analytics__charts">
        <Card label={text.distribution} picture={plain("bar", RANGES, charts.scoreDistribution, text.attempts)} />
        <Card
          label={text.byExam}
          picture={plain("bar", charts.examPerformance.labels, charts.examPerformance.data, text.average)}
        />
        <Card
          label={text.trend}
          picture={plain("line", charts.performanceTrends.labels, charts.performanceTrends.data, text.average)}
        />
        <Card
          label={text.activity}
          picture={plain("line", charts.userActivity.labels, charts.userActivity.data, text.attempts)}
        />
      </div>
      <h2>{text.top}</h2>
      <Table label={text.top} head={[text.student, text.average, text.attempts]}>
        {tables.topPerformers.map((row) => (
          <tr key={row.student_id}>
            <th scope="row">
              {row.full_name} <span class="muted small">{row.roll_no ?? row.username}</span>
            </th>
            <td>{number(row.avgScore)} %</td>
            <td>{row.attempts}</td>
          </tr>
        ))}
      </Table>
      <h2>{text.exams}</h2>
      <Table label={text.exams} head={[text.exam, text.attempts, text.average, text.passed]}>
        {tables.examStats.map((row) => (
          <tr key={row.exam_id}>
            <th scope="row">
              <a href={`/app/admin/exams/${row.exam_id}/results`}>{row.name}</a>
            </th>
            <td>{row.attempts}</td>
            <td>{number(row.avgScore)} %</td>
            <td>{number(row.passRate)} %</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function Card(props: { label: string; picture: Picture }) {
  return (
    <section class="card">
      <h2 class="analytics__title">{props.label}</h2>
      <Chart label={props.label} picture={props.picture} />
    </section>
  );
}

function plain(
  kind: "bar" | "line",
  labels: readonly string[],
  values: readonly (number | null)[],
  name: string,
): Picture {
  const colours: readonly Colour[] = ["accent"];
  return { kind, labels, series: [{ name, values, colours }] };
}
