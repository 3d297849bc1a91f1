import { useState } from "preact/hooks";

import { ExamFrame } from "@/shared/admin/ExamFrame";
import { useExam } from "@/shared/admin/useExam";
import { api, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button, LinkButton } from "@/shared/components/Button";
import { ConfirmButton } from "@/shared/components/ConfirmButton";
import { Dialog } from "@/shared/components/Dialog";
import { Failure } from "@/shared/components/Failure";
import { TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Loading } from "@/shared/components/Loading";
import { Notice } from "@/shared/components/Notice";
import { Table } from "@/shared/components/Table";
import { tellNext } from "@/shared/flash";
import { moment, number } from "@/shared/format/time";
import { common } from "@/shared/i18n/common";
import { useNavigate } from "@/shared/navigate";
import type { ScreenProps } from "@/shared/screen";

import { StateBadge } from "./StateBadge";
import { texts } from "./texts";

type Checked = Schema<"CheckedExam">;

/** An exam as it stands: what would go wrong with it, and opening and closing it. */
export default function OverviewScreen(props: ScreenProps) {
  const text = texts();
  const id = Number(props.params.id);
  const loaded = useExam(id);
  const [told, setTold] = useState("");
  const { data, reload } = loaded;
  const setting = useAction(async (status: "ongoing" | "completed") => {
    await api.post("/admin/exams/edit/{exam_id}", { params: { path: { exam_id: id } }, body: { status } });
    setTold(status === "ongoing" ? text.opened : text.closed);
    reload();
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
      <Failure error={setting.error} />
      <Failure error={loaded.error} onRetry={reload} />
      {told ? <Notice kind="status">{told}</Notice> : null}
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
  return (
    <section class="card" aria-labelledby="problems">
      <h2 id="problems">{text.problems}</h2>
      {props.problems.length === 0 ? (
        <p class="badge badge--good">{text.noProblems}</p>
      ) : (
        <ul role="list" class="plain-list stack" aria-label={text.problems}>
          {props.problems.map((problem, index) => (
            <li key={index}>
              {problem.message}{" "}
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
  const { exam } = props;
  const modes: Record<string, string> = {
    instant: text.instant,
    delayed: text.delayed,
    manual: text.manual,
    after_close: text.afterClose,
  };
  const rows: readonly (readonly [string, string])[] = [
    [text.opens, moment(exam.opens_at, exam.timezone)],
    [text.closesAt, exam.closes_at === null ? "–" : moment(exam.closes_at, exam.timezone)],
    [text.timezone, exam.timezone],
    [text.duration, String(exam.duration)],
    [text.total, `${exam.total_questions}, ${number(exam.max_marks)}`],
    [text.maxAttempts, String(exam.max_attempts)],
    [text.resultMode, modes[exam.result_mode] ?? exam.result_mode],
    [text.audience, exam.audience === "batches" ? `${text.batches}: ${exam.batch_ids.length}` : text.everyone],
    [text.accessCode, exam.has_access_code ? "✓" : "–"],
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
      {exam.sections.length > 1 ? (
        <Table label={text.sections} head={[text.section, text.minutes, text.choose]}>
          {exam.sections.map((section) => (
            <tr key={section.id}>
              <th scope="row">{section.name}</th>
              <td>{section.minutes ?? "–"}</td>
              <td>{section.choose ?? "–"}</td>
            </tr>
          ))}
        </Table>
      ) : null}
    </section>
  );
}

function Copying(props: { exam: Checked }) {
  const text = texts();
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
  return (
    <>
      <Button onClick={() => setOpen(true)}>{text.copy}</Button>
      {isOpen ? (
        <Dialog title={text.copy} onClose={() => setOpen(false)}>
          <Form onSubmit={() => copying.run()}>
            <Failure error={copying.error} />
            <TextField label={text.name} required value={name} onText={setName} />
            <TextField label={text.date} type="date" required value={date} onText={setDate} />
            <TextField label={text.startTime} type="time" required value={time} onText={setTime} />
            <div class="dialog__actions">
              <Button onClick={() => setOpen(false)}>{common().cancel}</Button>
              <Button kind="primary" type="submit" busy={copying.isBusy}>
                {common().save}
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
