import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { useLoaded } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { Checkbox, TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Loading } from "@/shared/components/Loading";
import { Page } from "@/shared/components/Page";
import { number } from "@/shared/format/time";
import { useNow } from "@/shared/format/useNow";
import { common } from "@/shared/i18n/common";
import { RichText } from "@/shared/math/RichText";
import { useNavigate } from "@/shared/navigate";
import type { ScreenProps } from "@/shared/screen";

import { StateBadge, When } from "./ExamState";
import "./exams.css";
import { texts } from "./texts";

type Answer = Schema<"ExamAnswer">;

/** One exam before it is sat: what it is, its instructions, and the start. */
export default function ExamScreen(props: ScreenProps) {
  const id = Number(props.params.id);
  const loaded = useLoaded(String(id), (signal) =>
    api.get("/api/exams/{exam_id}", { params: { path: { exam_id: id } }, signal }),
  );
  const { data } = loaded;
  if (!data) {
    return (
      <Page title={texts().exams}>
        {loaded.isLoading ? <Loading /> : <Failure error={loaded.error} onRetry={loaded.reload} />}
      </Page>
    );
  }
  return (
    <Page title={data.exam.name} actions={<StateBadge exam={data.exam} />}>
      <div class="exam__columns">
        <Instructions text={data.exam.instructions} />
        <div class="card">
          <Facts answer={data} />
          <Start answer={data} onRefused={loaded.reload} />
        </div>
      </div>
    </Page>
  );
}

function Facts(props: { answer: Answer }) {
  const text = texts();
  const { exam, attempts } = props.answer;
  const now = useNow(15);
  const right = number(exam.positive_marks);
  return (
    <>
      <h2>{text.facts}</h2>
      <ul role="list" class="plain-list stack small exam__facts">
        <li>{common().minutes(exam.duration)}</li>
        <li>
          {text.questions(exam.total_questions)}, {text.marks(number(exam.max_marks))}
        </li>
        <li>{exam.negative_marks > 0 ? text.marking(right, number(exam.negative_marks)) : text.markingFree(right)}</li>
        <li>{attempts.max_attempts === 0 ? text.unlimited : text.attemptsLeft(attempts.attempts_remaining)}</li>
        <li>
          <When exam={exam} now={now} />
        </li>
        {attempts.completed_count > 0 ? (
          <li>
            <a href={`/app/results/${exam.id}`}>{text.results}</a>
          </li>
        ) : null}
      </ul>
    </>
  );
}

function Start(props: { answer: Answer; onRefused: () => void }) {
  const text = texts();
  const { exam, attempts } = props.answer;
  const navigate = useNavigate();
  const [hasRead, setRead] = useState(false);
  const [code, setCode] = useState("");
  const starting = useAction(async () => {
    try {
      await api.post("/start-exam/{exam_id}", {
        params: { path: { exam_id: exam.id } },
        body: exam.needs_access_code ? { access_code: code.trim() } : {},
      });
    } catch (error) {
      props.onRefused();
      throw error;
    }
    navigate(`/app/exams/${exam.id}/sit`);
  });
  if (attempts.has_active_attempt) {
    return (
      <div class="stack">
        <Failure error={starting.error} />
        <p class="small">{text.running}</p>
        <Button kind="primary" onClick={() => starting.run()} busy={starting.isBusy}>
          {text.resume}
        </Button>
      </div>
    );
  }
  if (exam.status !== "ongoing") return null;
  if (attempts.max_attempts > 0 && attempts.attempts_remaining <= 0) return <p class="muted">{text.noAttempts}</p>;
  return (
    <Form onSubmit={() => starting.run()}>
      <Failure error={starting.error} />
      <Checkbox label={text.declaration} checked={hasRead} onChange={setRead} />
      {exam.needs_access_code ? (
        <TextField
          label={text.code}
          autoComplete="off"
          autoCapitalize="none"
          maxLength={64}
          value={code}
          onText={setCode}
        />
      ) : null}
      <Button kind="primary" type="submit" disabled={!hasRead} busy={starting.isBusy}>
        {text.start}
      </Button>
    </Form>
  );
}

function Instructions(props: { text: string }) {
  const text = texts();
  const legend = [
    { kind: "not-visited", text: text.notVisited },
    { kind: "not-answered", text: text.notAnswered },
    { kind: "answered", text: text.answered },
    { kind: "marked", text: text.marked },
    { kind: "marked legend__sample--answered-marked", text: text.answeredMarked },
  ];
  return (
    <section class="card" aria-labelledby="instructions">
      <h2 id="instructions">{text.instructions}</h2>
      {props.text ? (
        <>
          <h3>{text.ownInstructions}</h3>
          <p class="multiline">
            <RichText text={props.text} />
          </p>
        </>
      ) : null}
      <h3>{text.general}</h3>
      <ul>
        <li>{text.clock}</li>
        <li>{text.saving}</li>
        <li>{text.palette}</li>
      </ul>
      <div class="legend">
        {legend.map((entry, index) => (
          <>
            <span key={entry.kind} class={`legend__sample legend__sample--${entry.kind}`} aria-hidden="true">
              {index + 1}
            </span>
            <span key={`${entry.kind} text`}>{entry.text}</span>
          </>
        ))}
      </div>
    </section>
  );
}
