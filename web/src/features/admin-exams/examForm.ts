import type { Schema } from "@/shared/api/client";

type Exam = Schema<"AdminExam">;
type Fields = Schema<"ExamFields">;

type Section = NonNullable<Fields["sections"]>[number];

/** A section as texts; `rest` has what the form does not show, such as draws and marking, to be sent back. */
export interface SectionForm {
  readonly rest: Omit<Section, "name" | "minutes" | "choose">;
  readonly name: string;
  readonly minutes: string;
  readonly choose: string;
}

export const NEW_SECTION: SectionForm = { rest: {}, name: "", minutes: "", choose: "" };

/** An exam's settings as texts and choices in a form. */
export interface ExamForm {
  readonly preset: string;
  readonly name: string;
  readonly date: string;
  readonly startTime: string;
  readonly duration: string;
  readonly instructions: string;
  readonly maxAttempts: string;
  readonly positive: string;
  readonly negative: string;
  readonly resultMode: NonNullable<Fields["result_mode"]>;
  readonly resultDelay: string;
  readonly closesAt: string;
  readonly audience: NonNullable<Fields["audience"]>;
  readonly batchIds: readonly number[];
  readonly accessCode: string;
  readonly removesCode: boolean;
  readonly counted: NonNullable<Fields["counted_attempt"]>;
  readonly discussion: NonNullable<Fields["discussion"]>;
  readonly allowsChat: boolean;
  readonly allowsAssistant: boolean;
  readonly hasHindi: boolean;
  readonly shufflesQuestions: boolean;
  readonly shufflesOptions: boolean;
  readonly categoryId: string;
  readonly sections: readonly SectionForm[];
}

export const EMPTY: ExamForm = {
  preset: "",
  name: "",
  date: "",
  startTime: "",
  duration: "",
  instructions: "",
  maxAttempts: "1",
  positive: "",
  negative: "",
  resultMode: "instant",
  resultDelay: "0",
  closesAt: "",
  audience: "everyone",
  batchIds: [],
  accessCode: "",
  removesCode: false,
  counted: "best",
  discussion: "after_attempt",
  allowsChat: false,
  allowsAssistant: false,
  hasHindi: false,
  shufflesQuestions: false,
  shufflesOptions: false,
  categoryId: "",
  sections: [],
};

/** The form for an exam as it is. */
export function formOf(exam: Exam): ExamForm {
  return {
    ...EMPTY,
    name: exam.name,
    date: exam.date,
    startTime: exam.start_time.slice(0, 5),
    duration: String(exam.duration),
    instructions: exam.instructions,
    maxAttempts: String(exam.max_attempts),
    positive: String(exam.positive_marks),
    negative: String(exam.negative_marks),
    resultMode: exam.result_mode,
    resultDelay: String(exam.result_delay),
    closesAt: exam.closes_at === null ? "" : localTime(exam.closes_at, exam.timezone),
    audience: exam.audience,
    batchIds: exam.batch_ids,
    counted: exam.counted_attempt,
    discussion: exam.discussion,
    allowsChat: exam.allow_chat,
    allowsAssistant: exam.allow_assistant,
    hasHindi: exam.languages.includes("hi"),
    shufflesQuestions: exam.shuffle.questions ?? false,
    shufflesOptions: exam.shuffle.options ?? false,
    categoryId: exam.category_id === null ? "" : String(exam.category_id),
    sections: exam.sections.map(({ name, minutes, choose, ...rest }) => ({
      rest,
      name,
      minutes: String(minutes ?? ""),
      choose: String(choose ?? ""),
    })),
  };
}

/**
 * What to send of a form.
 *
 * @param before the form as it was opened: only what was changed is sent, so that a preset fills the rest of a new exam,
 * and nobody's change of another setting is undone.
 */
export function fieldsOf(form: ExamForm, before: ExamForm): Fields {
  const has = (field: keyof ExamForm): boolean => JSON.stringify(form[field]) !== JSON.stringify(before[field]);
  return {
    ...(form.preset && { preset: form.preset }),
    ...(has("name") && { name: form.name.trim() }),
    ...(has("date") && { date: form.date }),
    ...(has("startTime") && { start_time: form.startTime }),
    ...(has("duration") && form.duration !== "" && { duration: Number(form.duration) }),
    ...(has("instructions") && { instructions: form.instructions }),
    ...(has("maxAttempts") && { max_attempts: Number(form.maxAttempts) }),
    ...(has("positive") && { positive_marks: form.positive }),
    ...(has("negative") && { negative_marks: form.negative }),
    ...(has("resultMode") && { result_mode: form.resultMode }),
    ...(has("resultDelay") && { result_delay: Number(form.resultDelay) }),
    ...(has("closesAt") && { closes_at: form.closesAt || null }),
    ...(has("audience") && { audience: form.audience }),
    ...((has("batchIds") || has("audience")) && { batch_ids: [...form.batchIds] }),
    ...(form.removesCode ? { access_code: "" } : form.accessCode !== "" && { access_code: form.accessCode }),
    ...(has("counted") && { counted_attempt: form.counted }),
    ...(has("discussion") && { discussion: form.discussion }),
    ...(has("allowsChat") && { allow_chat: form.allowsChat }),
    ...(has("allowsAssistant") && { allow_assistant: form.allowsAssistant }),
    ...(has("categoryId") && { category_id: form.categoryId === "" ? null : Number(form.categoryId) }),
    ...(has("sections") && { sections: form.sections.map(sectionOf) }),
    ...(has("hasHindi") && { languages: form.hasHindi ? ["en", "hi"] : ["en"] }),
    ...((has("shufflesQuestions") || has("shufflesOptions")) && {
      shuffle: { questions: form.shufflesQuestions, options: form.shufflesOptions },
    }),
  };
}

function sectionOf({ rest, name, minutes, choose }: SectionForm): Section {
  return {
    ...rest,
    name: name.trim(),
    minutes: minutes === "" ? null : Number(minutes),
    choose: choose === "" ? null : Number(choose),
  };
}

/** `YYYY-MM-DDTHH:MM` of a moment in a time zone, as inputs of type `datetime-local` take it. */
export function localTime(iso: string, timeZone: string): string {
  const written = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone });
  return written.format(new Date(iso)).replace(" ", "T");
}
