import { useEffect, useState } from "preact/hooks";

import { ExamFrame } from "@/shared/admin/ExamFrame";
import { useExam } from "@/shared/admin/useExam";
import { api } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button, LinkButton } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { FileField, SelectField, TextArea, TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Lines } from "@/shared/components/Lines";
import { Notice } from "@/shared/components/Notice";
import { serverText } from "@/shared/i18n/serverText";
import type { ScreenProps } from "@/shared/screen";

import { DraftEditor } from "./DraftEditor";
import { type Draft, type Found, generate, MARKS_FIELDS, type MarksField, type Wanted } from "./generate";
import "./mining.css";
import { texts } from "./texts";
import { inShort } from "./warnings";

/** Questions from a question paper, a chapter or a topic, to check beside the paper and to save. */
export default function GenerateScreen(props: ScreenProps) {
  const text = texts();
  const examId = Number(props.params.id);
  const exam = useExam(examId);
  const [found, setFound] = useState<Found>();
  const [file, setFile] = useState<File>();
  const [percent, setPercent] = useState<number>();
  const working = useAction(async (wanted: Wanted) => {
    setFound(undefined);
    setFile(wanted.file);
    setPercent(0);
    try {
      setFound(await generate(wanted, setPercent));
    } finally {
      setPercent(undefined);
    }
  });
  return (
    <ExamFrame id={examId} title={text.title} lead={exam.data?.exam.name}>
      <div class="card">
        <Asking examId={examId} isBusy={working.isBusy} onAsk={(wanted) => working.run(wanted)} />
        <Failure error={working.error} />
        {percent === undefined ? null : <p role="status">{text.working(percent)}</p>}
      </div>
      {found ? <Checking key={String(found.questions.length)} examId={examId} found={found} file={file} /> : null}
    </ExamFrame>
  );
}

function Asking(props: { examId: number; isBusy: boolean; onAsk: (wanted: Wanted) => void }) {
  const text = texts();
  const [wanted, setWanted] = useState<Wanted>({
    mode: "extract",
    examId: props.examId,
    file: undefined,
    topic: "",
    difficulty: "Medium",
    marks: {},
    instructions: "",
    counts: { mcq: "", msq: "", numeric: "" },
  });
  const set = (changes: Partial<Wanted>): void => setWanted((before) => ({ ...before, ...changes }));
  const needsFile = wanted.mode !== "pure";
  const { counts, marks } = wanted;
  const marksNames: Record<MarksField, string> = {
    mcq_plus: text.marks("MCQ"),
    mcq_minus: text.takenOff("MCQ"),
    msq_plus: text.marks("MSQ"),
    msq_minus: text.takenOff("MSQ"),
    numeric_plus: text.marks("NUMERIC"),
    numeric_tolerance: text.toleranceOfNumbers,
  };
  return (
    <Form onSubmit={() => props.onAsk(needsFile ? wanted : { ...wanted, file: undefined })}>
      <SelectField
        label={text.how}
        value={wanted.mode}
        onChoice={(mode) => set({ mode: mode as Wanted["mode"] })}
        options={[
          { value: "extract", text: text.extract },
          { value: "mine", text: text.mine },
          { value: "pure", text: text.pure },
        ]}
      />
      {needsFile ? (
        <FileField label={text.file} accept="application/pdf,.pdf" onFiles={([file]) => set({ file })} />
      ) : (
        <TextField
          label={text.topic}
          required
          maxLength={500}
          value={wanted.topic}
          onText={(topic) => set({ topic })}
        />
      )}
      <div class="mining__counts">
        <TextField
          label={text.count("MCQ")}
          hint={text.countHint}
          type="number"
          min={0}
          max={500}
          value={counts.mcq}
          onText={(mcq) => set({ counts: { ...counts, mcq } })}
        />
        <TextField
          label={text.count("MSQ")}
          type="number"
          min={0}
          max={500}
          value={counts.msq}
          onText={(msq) => set({ counts: { ...counts, msq } })}
        />
        <TextField
          label={text.count("NUMERIC")}
          type="number"
          min={0}
          max={500}
          value={counts.numeric}
          onText={(numeric) => set({ counts: { ...counts, numeric } })}
        />
        {wanted.mode === "extract" ? null : (
          <SelectField
            label={text.difficulty}
            value={wanted.difficulty}
            onChoice={(difficulty) => set({ difficulty })}
            options={[
              { value: "Easy", text: text.easy },
              { value: "Medium", text: text.medium },
              { value: "Hard", text: text.hard },
            ]}
          />
        )}
      </div>
      {wanted.mode === "extract" ? null : (
        <TextArea
          label={text.instructions}
          hint={text.instructionsHint}
          rows={2}
          value={wanted.instructions}
          onText={(instructions) => set({ instructions })}
        />
      )}
      <details>
        <summary>{text.marksSummary}</summary>
        <div class="mining__counts">
          {MARKS_FIELDS.map((field) => (
            <TextField
              key={field}
              label={marksNames[field]}
              inputMode="decimal"
              autoComplete="off"
              value={marks[field] ?? ""}
              onText={(amount) => set({ marks: { ...marks, [field]: amount } })}
            />
          ))}
        </div>
      </details>
      <div>
        <Button kind="primary" type="submit" busy={props.isBusy} disabled={needsFile && !wanted.file}>
          {text.start}
        </Button>
      </div>
    </Form>
  );
}

function Checking(props: { examId: number; found: Found; file: File | undefined }) {
  const text = texts();
  const { found, file } = props;
  const [drafts, setDrafts] = useState<readonly Draft[]>(found.questions);
  const [dropped, setDropped] = useState<ReadonlySet<number>>(new Set());
  const [page, setPage] = useState(1);
  const [savedCount, setSavedCount] = useState<number>();
  const kept = drafts.filter((_, index) => !dropped.has(index));
  const saving = useAction(async () => {
    const answer = await api.post("/admin/ai-command-centre/save", { body: { questions: [...kept] } });
    setSavedCount(answer.count);
  });
  const toggle = (index: number, isKept: boolean): void => {
    const changed = new Set(dropped);
    if (isKept) changed.delete(index);
    else changed.add(index);
    setDropped(changed);
  };
  if (savedCount !== undefined) {
    const toQuestions = <LinkButton href={`/app/admin/exams/${props.examId}/questions`}>{text.toQuestions}</LinkButton>;
    return (
      <Notice kind="status" actions={toQuestions}>
        {text.saved(savedCount)}
      </Notice>
    );
  }
  return (
    <div class={file ? "mining mining--paper" : "mining"}>
      <section aria-label={text.found}>
        <p role="status">{drafts.length > 0 ? text.foundCount(drafts.length) : text.none}</p>
        <Lines
          name={text.warnings}
          lines={found.warnings.map(({ message, questions }) =>
            questions.length > 0 ? `${text.inQuestions(inShort(questions))}: ${serverText(message)}` : message,
          )}
        />
        {drafts.map((draft, index) => (
          <DraftEditor
            key={index}
            number={index + 1}
            draft={draft}
            isKept={!dropped.has(index)}
            hasPaper={file !== undefined}
            onKeep={(isKept) => toggle(index, isKept)}
            onShowPage={setPage}
            onChange={(changed) => setDrafts(drafts.map((other, at) => (at === index ? changed : other)))}
          />
        ))}
        <Failure error={saving.error} />
        <Button kind="primary" onClick={() => saving.run()} busy={saving.isBusy} disabled={kept.length === 0}>
          {text.save(kept.length)}
        </Button>
      </section>
      {file ? <Paper file={file} page={page} /> : null}
    </div>
  );
}

/** The uploaded file in the browser's own viewer, at a page. */
function Paper(props: { file: File; page: number }) {
  const [address, setAddress] = useState<string>();
  const { file } = props;
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  if (address === undefined) return null;
  return <iframe key={props.page} class="mining__paper" title={texts().paper} src={`${address}#page=${props.page}`} />;
}
