import { useState } from "preact/hooks";

import { ExamFrame } from "@/shared/admin/ExamFrame";
import { useExam } from "@/shared/admin/useExam";
import { api, ApiError, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { useLoaded } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { FileField, SelectField, TextArea, TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Loading } from "@/shared/components/Loading";
import { tellNext } from "@/shared/flash";
import { type Letter, LETTERS, optionField } from "@/shared/format/letters";
import { useNavigate } from "@/shared/navigate";
import type { ScreenProps } from "@/shared/screen";

import { Preview } from "./Preview";
import { EMPTY, fieldsOf, formOf, type Options, type QuestionForm } from "./questionForm";
import { texts } from "./texts";

/** A new question, or one to change, with a picture of how a student will see it. */
export default function QuestionScreen(props: ScreenProps) {
  const text = texts();
  const examId = Number(props.params.id);
  const questionId = props.params.question === undefined ? undefined : Number(props.params.question);
  const exam = useExam(examId);
  const question = useLoaded(`question ${questionId ?? ""}`, async (signal) => {
    if (questionId === undefined) return EMPTY;
    const path = { question_id: questionId };
    return formOf((await api.get("/admin/questions/get/{question_id}", { params: { path }, signal })).question);
  });
  const isLoading = exam.isLoading || question.isLoading;
  return (
    <ExamFrame
      id={examId}
      title={questionId === undefined ? text.newQuestion : text.editQuestion}
      lead={exam.data?.exam.name}
    >
      <Failure error={exam.error} onRetry={exam.reload} />
      <Failure error={question.error} onRetry={question.reload} />
      {exam.data && question.data ? (
        <Editor exam={exam.data.exam} questionId={questionId} start={question.data} />
      ) : isLoading ? (
        <Loading />
      ) : null}
    </ExamFrame>
  );
}

interface EditorProps {
  exam: Schema<"CheckedExam">;
  questionId: number | undefined;
  start: QuestionForm;
}

function Editor(props: EditorProps) {
  const text = texts();
  const { exam, questionId } = props;
  const navigate = useNavigate();
  const [form, setForm] = useState(props.start);
  const set = (changes: Partial<QuestionForm>): void => setForm((before) => ({ ...before, ...changes }));
  const hasHindi = exam.languages.includes("hi");
  const saving = useAction(async () => {
    const body = fieldsOf(form, hasHindi);
    if (questionId === undefined) {
      await api.post("/admin/questions/add-ajax", {
        body: { ...body, exam_id: exam.id },
      });
    } else {
      await api.post("/admin/questions/edit-ajax/{question_id}", {
        params: { path: { question_id: questionId } },
        body,
      });
    }
    tellNext(text.questionSaved);
    navigate(`/app/admin/exams/${exam.id}/questions`);
  });
  const uploading = useAction(async (file: File) => {
    const answer = await api.post("/admin/images", { body: { image: file } as never });
    const { image_path: imagePath, image_url: imageUrl } = answer as { image_path: string; image_url: string };
    set({ imagePath, imageUrl });
  });
  const errors = saving.error instanceof ApiError ? saving.error.fields : {};
  return (
    <div class="editor">
      <div class="card">
        <Form onSubmit={() => saving.run()}>
          <Failure error={saving.error} />
          <SelectField
            label={text.type}
            value={form.type}
            onChoice={(type) => set({ type: type as QuestionForm["type"] })}
            options={["MCQ", "MSQ", "NUMERIC"].map((value) => ({ value, text: value }))}
          />
          <TextArea
            label={text.questionText}
            hint={text.mathHint}
            value={form.text}
            error={errors.question_text}
            onText={(words) => set({ text: words })}
          />
          {form.type === "NUMERIC" ? null : (
            <OptionFields
              options={form.options}
              nameOf={text.option}
              errors={errors}
              onChange={(options) => set({ options })}
            />
          )}
          <TextField
            label={text.key}
            hint={text.keyHint}
            required
            autoComplete="off"
            value={form.key}
            error={errors.correct_answer}
            onText={(key) => set({ key })}
          />
          {form.type === "NUMERIC" ? (
            <TextField
              label={text.tolerance}
              value={form.tolerance}
              error={errors.tolerance}
              onText={(tolerance) => set({ tolerance })}
            />
          ) : null}
          <TextArea
            label={text.solution}
            rows={3}
            value={form.solution}
            error={errors.solution}
            onText={(solution) => set({ solution })}
          />
          {hasHindi ? <HindiFields form={form} set={set} /> : null}
          <details>
            <summary>{text.more}</summary>
            <MoreFields form={form} set={set} exam={exam} errors={errors} />
          </details>
          <Failure error={uploading.error} />
          <FileField
            label={text.picture}
            accept="image/png,image/jpeg,image/gif,image/webp"
            onFiles={([file]) => file && uploading.run(file)}
          />
          {form.imagePath ? (
            <div>
              <Button kind="quiet" size="small" onClick={() => set({ imagePath: "", imageUrl: "" })}>
                {text.removePicture}
              </Button>
            </div>
          ) : null}
          <div>
            <Button kind="primary" type="submit" busy={saving.isBusy || uploading.isBusy}>
              {text.saveQuestion}
            </Button>
          </div>
        </Form>
      </div>
      <Preview form={form} hasHindi={hasHindi} />
    </div>
  );
}

interface OptionFieldsProps {
  options: Options;
  nameOf: (letter: string) => string;
  errors?: Readonly<Record<string, string>>;
  onChange: (options: Options) => void;
}

const FEW = 4;

function OptionFields(props: OptionFieldsProps) {
  const { options, errors } = props;
  const [showsAll, setShowsAll] = useState(() => LETTERS.slice(FEW).some((letter) => options[letter] !== ""));
  const shown: readonly Letter[] = showsAll ? LETTERS : LETTERS.slice(0, FEW);
  return (
    <>
      {shown.map((letter) => (
        <TextField
          key={letter}
          label={props.nameOf(letter)}
          autoComplete="off"
          value={options[letter]}
          error={errors?.[optionField(letter)]}
          onText={(words) => props.onChange({ ...options, [letter]: words })}
        />
      ))}
      {showsAll || !errors ? null : (
        <div>
          <Button kind="quiet" size="small" onClick={() => setShowsAll(true)}>
            {texts().moreOptions}
          </Button>
        </div>
      )}
    </>
  );
}

function HindiFields(props: { form: QuestionForm; set: (changes: Partial<QuestionForm>) => void }) {
  const text = texts();
  const { form, set } = props;
  return (
    <fieldset class="stack">
      <legend lang="hi">हिन्दी</legend>
      <TextArea label={text.questionHindi} rows={3} value={form.hindiText} onText={(hindiText) => set({ hindiText })} />
      {form.type === "NUMERIC" ? null : (
        <OptionFields
          options={form.hindiOptions}
          nameOf={text.optionHindi}
          onChange={(hindiOptions) => set({ hindiOptions })}
        />
      )}
      <TextArea
        label={text.solutionHindi}
        rows={3}
        value={form.hindiSolution}
        onText={(hindiSolution) => set({ hindiSolution })}
      />
    </fieldset>
  );
}

interface MoreFieldsProps {
  form: QuestionForm;
  set: (changes: Partial<QuestionForm>) => void;
  exam: Schema<"CheckedExam">;
  errors: Readonly<Record<string, string>>;
}

function MoreFields({ form, set, exam, errors }: MoreFieldsProps) {
  const text = texts();
  return (
    <div class="form-grid">
      {exam.sections.length > 1 ? (
        <SelectField
          label={text.section}
          value={form.sectionId}
          error={errors.section_id}
          onChoice={(sectionId) => set({ sectionId })}
          options={[
            { value: "", text: "–" },
            ...exam.sections.map((section) => ({ value: String(section.id), text: section.name })),
          ]}
        />
      ) : null}
      <TextField
        label={text.ownPositive}
        hint={text.ownHint}
        value={form.positive}
        error={errors.positive_marks}
        onText={(positive) => set({ positive })}
      />
      <TextField
        label={text.ownNegative}
        value={form.negative}
        error={errors.negative_marks}
        onText={(negative) => set({ negative })}
      />
      <TextField label={text.topic} value={form.topic} error={errors.topic} onText={(topic) => set({ topic })} />
      <SelectField
        label={text.difficulty}
        value={form.difficulty}
        onChoice={(difficulty) => set({ difficulty: difficulty as QuestionForm["difficulty"] })}
        options={[
          { value: "", text: "–" },
          { value: "Easy", text: text.easy },
          { value: "Medium", text: text.medium },
          { value: "Hard", text: text.hard },
        ]}
      />
      <TextField label={text.tags} value={form.tags} error={errors.tags} onText={(tags) => set({ tags })} />
    </div>
  );
}
