import { useLocation } from "preact-iso";
import { useEffect, useState } from "preact/hooks";

import { api, isRefusal, type Schema } from "@/shared/api/client";
import { saveDocument } from "@/shared/api/documents";
import { useAction } from "@/shared/api/useAction";
import { useLoaded } from "@/shared/api/useLoaded";
import { Chart } from "@/shared/charts/Chart";
import type { Colour } from "@/shared/charts/picture";
import { Button, LinkButton } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { Loading } from "@/shared/components/Loading";
import { Page } from "@/shared/components/Page";
import { Table } from "@/shared/components/Table";
import { clock } from "@/shared/format/clock";
import { moment, number } from "@/shared/format/time";
import type { ScreenProps } from "@/shared/screen";

import "./results.css";
import { texts } from "./texts";

type Result = Schema<"ResultView">;

/** One result, or that it is not there yet. */
export default function ResultScreen(props: ScreenProps) {
  const text = texts();
  const examId = Number(props.params.id);
  const resultId = Number(useLocation().query.result) || undefined;
  const loaded = useLoaded(`${examId} ${resultId ?? ""}`, async (signal) => {
    const path = { exam_id: examId };
    const latest = api.get("/result/{exam_id}", { params: { path }, signal });
    if (resultId === undefined) return { result: (await latest).result, isLatest: true };
    const [{ result }, newest] = await Promise.all([
      api.get("/result/{exam_id}/{result_id}", { params: { path: { ...path, result_id: resultId } }, signal }),
      latest.catch(() => undefined),
    ]);
    return { result, isLatest: newest?.result.id === result.id };
  });
  const { data, error, reload } = loaded;
  if (isRefusal(error, "result_pending")) {
    const { available_at: at } = error.body;
    return <Pending at={typeof at === "string" ? at : null} onDue={reload} />;
  }
  return (
    <Page title={text.result} lead={data?.result.exam_name}>
      <Failure error={error} onRetry={reload} />
      {loaded.isLoading && !data ? <Loading /> : null}
      {data ? <Shown result={data.result} resultId={resultId} isLatest={data.isLatest} /> : null}
    </Page>
  );
}

const LONGEST_TIMER = 2 ** 31 - 1;

function Pending(props: { at: string | null; onDue: () => void }) {
  const text = texts();
  const { at, onDue } = props;
  useEffect(() => {
    if (at === null) return;
    const wait = Math.max(2000, Date.parse(at) - api.now().getTime() + 1000);
    const timer = setTimeout(onDue, Math.min(wait, LONGEST_TIMER));
    return () => clearTimeout(timer);
  }, [at, onDue]);
  return (
    <Page title={text.pending}>
      <p role="status">{at === null ? text.pendingManual : text.pendingUntil(moment(at))}</p>
      <LinkButton href="/app/results">{text.allResults}</LinkButton>
    </Page>
  );
}

function Shown(props: { result: Result; resultId: number | undefined; isLatest: boolean }) {
  const text = texts();
  const { result, resultId } = props;
  const [percent, setPercent] = useState<number>();
  const saving = useAction(async () => {
    try {
      await saveDocument(`/response-pdf/${result.exam_id}`, `result-${result.exam_id}.pdf`, "self", setPercent);
    } finally {
      setPercent(undefined);
    }
  });
  const figures: { name: string; value: string; kind?: string }[] = [
    { name: text.score, value: `${number(result.score)} / ${number(result.max_score)}`, kind: "score" },
    { name: text.percentage, value: `${number(result.percentage)} %` },
    { name: text.grade, value: result.grade },
    { name: text.correct, value: String(result.correct_answers) },
    ...(result.partial_answers > 0 ? [{ name: text.partial, value: String(result.partial_answers) }] : []),
    { name: text.wrong, value: String(result.incorrect_answers) },
    { name: text.notAnswered, value: String(result.unanswered_questions) },
    { name: text.time, value: clock(result.time_taken_minutes * 60) },
  ];
  const review = `/app/results/${result.exam_id}/review${resultId === undefined ? "" : `?result=${resultId}`}`;
  return (
    <>
      <section class="card" aria-labelledby="summary">
        <h2 id="summary">{text.summary}</h2>
        <div class="summary">
          {figures.map((figure) => (
            <div
              key={figure.name}
              class={figure.kind ? `summary__figure summary__figure--${figure.kind}` : "summary__figure"}
            >
              {figure.name} <strong>{figure.value}</strong>
            </div>
          ))}
        </div>
        <div class="row">
          <LinkButton href={review} kind="primary">
            {text.review}
          </LinkButton>
          {/* The server makes the PDF of the latest result. */}
          {props.isLatest ? (
            <Button onClick={() => saving.run()} busy={saving.isBusy}>
              {text.pdf}
            </Button>
          ) : null}
          {percent === undefined ? null : <span role="status">{text.preparing(percent)}</span>}
        </div>
        <Failure error={saving.error} />
      </section>
      <Charts result={result} />
      {result.sections.length > 1 ? <Sections result={result} /> : null}
    </>
  );
}

function Charts(props: { result: Result }) {
  const text = texts();
  const { result } = props;
  const kinds: { name: string; count: number; colour: Colour }[] = [
    { name: text.correct, count: result.correct_answers, colour: "good" },
    { name: text.partial, count: result.partial_answers, colour: "warn" },
    { name: text.wrong, count: result.incorrect_answers, colour: "bad" },
    { name: text.notAnswered, count: result.unanswered_questions, colour: "muted" },
  ];
  const shown = kinds.filter(({ count }) => count > 0);
  const share = (score: number, max: number): number => (max > 0 ? Math.round((score / max) * 1000) / 10 : 0);
  return (
    <div class="result__charts">
      <div class="card">
        <p class="muted small" aria-hidden="true">
          {text.answersChart}
        </p>
        <Chart
          label={text.answersChart}
          picture={{
            kind: "doughnut",
            labels: shown.map(({ name }) => name),
            series: [
              {
                name: text.answersChart,
                values: shown.map(({ count }) => count),
                colours: shown.map(({ colour }) => colour),
              },
            ],
          }}
        />
      </div>
      {result.sections.length > 1 ? (
        <div class="card">
          <p class="muted small" aria-hidden="true">
            {text.sectionChart}
          </p>
          <Chart
            label={text.sectionChart}
            picture={{
              kind: "bar",
              labels: result.sections.map(({ name }) => name),
              series: [
                {
                  name: text.percentage,
                  values: result.sections.map(({ score, max_score }) => share(score, max_score)),
                  colours: ["accent"],
                },
              ],
              max: 100,
            }}
          />
        </div>
      ) : null}
    </div>
  );
}

function Sections(props: { result: Result }) {
  const text = texts();
  return (
    <Table label={text.sections} head={[text.section, text.score, text.correct, text.wrong, text.notAnswered]}>
      {props.result.sections.map((section) => (
        <tr key={section.id}>
          <th scope="row">{section.name}</th>
          <td>
            {number(section.score)} / {number(section.max_score)}
          </td>
          <td>{section.correct}</td>
          <td>{section.incorrect}</td>
          <td>{section.unanswered}</td>
        </tr>
      ))}
    </Table>
  );
}
