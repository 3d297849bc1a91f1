import { useState } from "preact/hooks";

import { ExamFrame } from "@/shared/admin/ExamFrame";
import { useExam } from "@/shared/admin/useExam";
import { api, ApiError, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { useChange } from "@/shared/api/useChange";
import { Button, LinkButton } from "@/shared/components/Button";
import { ConfirmButton } from "@/shared/components/ConfirmButton";
import { Dialog } from "@/shared/components/Dialog";
import { Failure } from "@/shared/components/Failure";
import { TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Loading } from "@/shared/components/Loading";
import { Outcome } from "@/shared/components/Outcome";
import { Table } from "@/shared/components/Table";
import { tellNext } from "@/shared/flash";
import { moment, number } from "@/shared/format/time";
import { common } from "@/shared/i18n/common";
import { languageName } from "@/shared/i18n/languages";
import { useNavigate } from "@/shared/navigate";
import type { ScreenProps } from "@/shared/screen";
import { serverText } from "@/shared/i18n/serverText";

import { examTexts } from "./examTexts";
import { StateBadge } from "./StateBadge";
import { texts } from "./texts";

type Checked = Schema<"CheckedExam">;

/** An exam as it stands: what would go wrong with it, and opening and closing it. */
export default function OverviewScreen(props: ScreenProps) {
  const text = texts();
  const id = Number(props.params.id);
  const loaded = useExam(id);
  const { data, reload } = loaded;
  const setting = useChange(async (status: "ongoing" | "completed") => {
    await api.post("/admin/exams/edit/{exam_id}", { params: { path: { exam_id: id } }, body: { status } });
    reload();
    return status === "ongoing" ? text.opened : text.closed;
  });
  const exam = data?.exam;
  const isOpen = exam?.state === "ongoing";
  return (
    <ExamFrame
      id={id}
      title={exam?.name ?? text.exam}
      actions={
        exam ? (
          <>
            <Button kind="primary" onClick={() => setting.run(isOpen ? "completed" : "ongoing")} busy={setting.isBusy}>
              {isOpen ? text.closeExam : text.openExam}
            </Button>
            <LinkButton href={`/app/admin/exams/${id}/edit`}>{text.edit}</LinkButton>
            <Copying exam={exam} />
            <Deleting id={id} />
          </>
        ) : null
      }
    >
      <Outcome of={[setting]} />
      <Failure error={loaded.error} onRetry={reload} />
      {data ? (
        <>
          <Problems problems={data.problems} examId={id} />
          <Settings exam={data.exam} />
        </>
      ) : loaded.isLoading ? (
        <Loading />
      ) : null}
    </ExamFrame>
  );
}

function Problems(props: { problems: readonly Schema<"Problem">[]; examId: number }) {
  const text = texts();
  const titles: Record<string, string> = {
    no_questions: text.problemNoQuestions,
    pool_too_small: text.problemPool,
    no_key: text.problemNoKey,
    image_missing: text.problemImage,
    translation_missing: text.problemTranslation,
    audience_empty: text.problemAudience,
    closes_too_early: text.problemCloses,
  };
  return (
    <section class="card" aria-labelledby="problems">
      <h2 id="problems">{text.problems}</h2>
      {props.problems.length === 0 ? (
        <p class="badge badge--good">{text.noProblems}</p>
      ) : (
        <ul role="list" class="plain-list stack" aria-label={text.problems}>
          {props.problems.map((problem, index) => (
            <li key={index}>
              <strong>{titles[problem.code] ?? problem.code}</strong> {serverText(problem.message)}{" "}
              {problem.question_id ? (
                <a href={`/app/admin/exams/${props.examId}/questions/${problem.question_id}`}>{text.editQuestion}</a>
              ) : null}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Settings(props: { exam: Checked }) {
  const text = texts();
  const form = examTexts();
  const { exam } = props;
  const modes: Record<string, string> = {
    instant: form.instant,
    delayed: form.delayed,
    manual: form.manual,
    after_close: form.afterClose,
  };
  const rows: readonly (readonly [string, string])[] = [
    [text.opens, moment(exam.opens_at, exam.timezone)],
    [form.closesAt, exam.closes_at === null ? "–" : moment(exam.closes_at, exam.timezone)],
    [text.timezone, exam.timezone],
    [form.duration, String(exam.duration)],
    [text.total, `${exam.total_questions}, ${number(exam.max_marks)}`],
    [text.attempts, exam.max_attempts === 0 ? text.unlimited : String(exam.max_attempts)],
    [form.resultMode, modes[exam.result_mode] ?? exam.result_mode],
    [form.audience, exam.audience === "batches" ? `${form.batches}: ${exam.batch_ids.length}` : form.everyone],
    [form.accessCode, exam.has_access_code ? "✓" : "–"],
    [text.languages, exam.languages.map(languageName).join(", ")],
  ];
  return (
    <section class="card stack" aria-labelledby="settings">
      <h2 id="settings" class="row row--apart">
        {text.facts} <StateBadge state={exam.state} />
      </h2>
      <dl class="settings">
        {rows.map(([name, value]) => (
          <>
            <dt key={name}>{name}</dt>
            <dd key={`${name} value`}>{value}</dd>
          </>
        ))}
      </dl>
      {exam.sections.length > 0 ? (
        <Table label={form.sections} head={[text.section, form.sectionMinutes, form.choose, form.draws]}>
          {exam.sections.map((section) => (
            <tr key={section.id}>
              <th scope="row">{section.name}</th>
              <td>{section.minutes ?? "–"}</td>
              <td>{section.choose ?? "–"}</td>
              <td>{section.draw.reduce((sum, draw) => sum + draw.count, 0) || "–"}</td>
            </tr>
          ))}
        </Table>
      ) : null}
    </section>
  );
}

function Copying(props: { exam: Checked }) {
  const text = texts();
  const form = examTexts();
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState(props.exam.name);
  const [date, setDate] = useState("");
  const [time, setTime] = useState(props.exam.start_time.slice(0, 5));
  const copying = useAction(async () => {
    const { exam_id: id } = await api.post("/admin/exams/{exam_id}/clone", {
      params: { path: { exam_id: props.exam.id } },
      body: { name: name.trim(), date, start_time: time },
    });
    tellNext(text.copied);
    navigate(`/app/admin/exams/${id}`);
  });
  const errors = copying.error instanceof ApiError ? copying.error.fields : {};
  return (
    <>
      <Button onClick={() => setOpen(true)}>{text.copy}</Button>
      {isOpen ? (
        <Dialog title={text.copy} onClose={() => setOpen(false)}>
          <Form onSubmit={() => copying.run()} error={copying.error} checks="server">
            <TextField label={form.name} required value={name} error={errors.name} onText={setName} />
            <TextField label={form.date} type="date" required value={date} error={errors.date} onText={setDate} />
            <TextField
              label={form.startTime}
              type="time"
              required
              value={time}
              error={errors.start_time}
              onText={setTime}
            />
            <div class="dialog__actions">
              <Button onClick={() => setOpen(false)}>{common().cancel}</Button>
              <Button kind="primary" type="submit" busy={copying.isBusy}>
                {text.copy}
              </Button>
            </div>
          </Form>
        </Dialog>
      ) : null}
    </>
  );
}

function Deleting(props: { id: number }) {
  const text = texts();
  const navigate = useNavigate();
  const remove = async (): Promise<void> => {
    await api.post("/admin/exams/delete/{exam_id}", { params: { path: { exam_id: props.id } } });
    tellNext(text.removed);
    navigate("/app/admin/exams");
  };
  return (
    <ConfirmButton name={text.remove} onConfirm={remove}>
      {text.removeSure}
    </ConfirmButton>
  );
}
