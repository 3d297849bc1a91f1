import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { ExamFrame } from "@/shared/admin/ExamFrame";
import { useExam } from "@/shared/admin/useExam";
import { api, ApiError, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { useLoaded } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { Checkbox, SelectField, TextArea, TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Loading } from "@/shared/components/Loading";
import { tellNext } from "@/shared/flash";
import { type Letter, LETTERS, optionField } from "@/shared/format/letters";
import { languageName } from "@/shared/i18n/languages";
import { useNavigate } from "@/shared/navigate";
import type { ScreenProps } from "@/shared/screen";

import "./admin-exams.css";
import { PassageField } from "./PassageField";
import { PictureField } from "./PictureField";
import { Preview } from "./Preview";
import { EMPTY, fieldsOf, formOf, type QuestionForm, type Translation, translationOf } from "./questionForm";
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
  const set: Change = (changes) =>
    setForm((before) => ({ ...before, ...(typeof changes === "function" ? changes(before) : changes) }));
  const languages = exam.languages.slice(1);
  const translate = (language: string, changes: Partial<Translation>): void =>
    set((before) => ({
      translations: { ...before.translations, [language]: { ...translationOf(before, language), ...changes } },
    }));
  const saving = useAction(async () => {
    const body = fieldsOf(form, languages);
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
  const errors = saving.error instanceof ApiError ? saving.error.fields : {};
  const part = { form, set, translate, languages, errors };
  return (
    <div class="editor">
      <div class="card">
        <Form onSubmit={() => saving.run()} error={saving.error} checks="server">
          <SelectField
            label={text.type}
            value={form.type}
            onChoice={(type) => set({ type: type as QuestionForm["type"] })}
            options={["MCQ", "MSQ", "NUMERIC"].map((value) => ({ value, text: value }))}
          />
          <Pair>
            <TextArea
              label={text.questionText}
              hint={text.mathHint}
              value={form.text}
              error={errors.question_text}
              onText={(words) => set({ text: words })}
            />
            {languages.map((language) => (
              <TextArea
                key={language}
                label={text.questionIn(languageName(language))}
                lang={language}
                value={translationOf(form, language).text}
                error={errors[`texts.${language}.question_text`] ?? errors[`texts.${language}`]}
                onText={(words) => translate(language, { text: words })}
              />
            ))}
          </Pair>
          {form.type === "NUMERIC" ? null : <OptionFields {...part} />}
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
          <Pair>
            <TextArea
              label={text.solution}
              rows={3}
              value={form.solution}
              error={errors.solution}
              onText={(solution) => set({ solution })}
            />
            {languages.map((language) => (
              <TextArea
                key={language}
                label={text.solutionIn(languageName(language))}
                lang={language}
                rows={3}
                value={translationOf(form, language).solution}
                error={errors[`texts.${language}.solution`]}
                onText={(solution) => translate(language, { solution })}
              />
            ))}
          </Pair>
          <PictureField label={text.picture} image={form.image} onChange={(image) => set({ image })} />
          <details>
            <summary>{text.morePictures}</summary>
            <MorePictures form={form} set={set} />
          </details>
          <details>
            <summary>{text.more}</summary>
            <MoreFields {...part} exam={exam} />
          </details>
          <div>
            <Button kind="primary" type="submit" busy={saving.isBusy}>
              {text.saveQuestion}
            </Button>
          </div>
        </Form>
      </div>
      <Preview form={form} languages={languages} />
    </div>
  );
}

/** A text, and its translations beside it where there is room. */
function Pair(props: { children: ComponentChildren }) {
  return <div class="editor__pair">{props.children}</div>;
}

/** Changes a form; a function gets it as it is by then, for what takes time, such as an upload. */
type Change = (changes: Partial<QuestionForm> | ((form: QuestionForm) => Partial<QuestionForm>)) => void;

interface PartProps {
  form: QuestionForm;
  set: Change;
}

interface OptionFieldsProps extends PartProps {
  languages: readonly string[];
  translate: (language: string, changes: Partial<Translation>) => void;
  errors: Readonly<Record<string, string>>;
}

const FEW = 4;

function OptionFields({ form, set, translate, languages, errors }: OptionFieldsProps) {
  const text = texts();
  const [showsAll, setShowsAll] = useState(() => LETTERS.slice(FEW).some((letter) => form.options[letter] !== ""));
  const shown: readonly Letter[] = showsAll ? LETTERS : LETTERS.slice(0, FEW);
  return (
    <>
      {shown.map((letter) => (
        <Pair key={letter}>
          <TextField
            label={text.option(letter)}
            autoComplete="off"
            value={form.options[letter]}
            error={errors[optionField(letter)]}
            onText={(words) => set({ options: { ...form.options, [letter]: words } })}
          />
          {languages.map((language) => {
            const { options } = translationOf(form, language);
            return (
              <TextField
                key={language}
                label={text.optionIn(letter, languageName(language))}
                lang={language}
                autoComplete="off"
                value={options[letter]}
                error={errors[`texts.${language}.${optionField(letter)}`]}
                onText={(words) => translate(language, { options: { ...options, [letter]: words } })}
              />
            );
          })}
        </Pair>
      ))}
      {showsAll ? null : (
        <div>
          <Button kind="quiet" size="small" onClick={() => setShowsAll(true)}>
            {text.moreOptions}
          </Button>
        </div>
      )}
    </>
  );
}

function MorePictures({ form, set }: PartProps) {
  const text = texts();
  const { options, optionImages } = form;
  const shown = LETTERS.filter((letter, index) => index < FEW || options[letter] !== "" || optionImages[letter].path);
  return (
    <div class="form-grid">
      {form.type === "NUMERIC"
        ? null
        : shown.map((letter) => (
            <PictureField
              key={letter}
              label={text.optionPicture(letter)}
              image={optionImages[letter]}
              onChange={(image) => set((before) => ({ optionImages: { ...before.optionImages, [letter]: image } }))}
            />
          ))}
      <PictureField
        label={text.solutionPicture}
        image={form.solutionImage}
        onChange={(solutionImage) => set({ solutionImage })}
      />
    </div>
  );
}

interface MoreFieldsProps extends OptionFieldsProps {
  exam: Schema<"CheckedExam">;
}

function MoreFields({ form, set, exam, errors, languages }: MoreFieldsProps) {
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
        error={errors.difficulty}
        onChoice={(difficulty) => set({ difficulty: difficulty as QuestionForm["difficulty"] })}
        options={[
          { value: "", text: "–" },
          { value: "Easy", text: text.easy },
          { value: "Medium", text: text.medium },
          { value: "Hard", text: text.hard },
        ]}
      />
      <TextField label={text.tags} value={form.tags} error={errors.tags} onText={(tags) => set({ tags })} />
      <PassageField
        examId={exam.id}
        languages={languages}
        error={errors.passage_id}
        value={form.passageId}
        onChange={(passageId) => set({ passageId })}
      />
      {form.type === "NUMERIC" ? null : (
        <Checkbox
          label={text.fixedOptions}
          checked={form.fixedOptions}
          onChange={(fixedOptions) => set({ fixedOptions })}
        />
      )}
    </div>
  );
}
