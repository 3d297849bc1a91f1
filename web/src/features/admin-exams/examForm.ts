import type { Schema } from "@/shared/api/client";

import { type MarkingForm, markingForm, markingOf, NO_MARKING, QUESTION_TYPES, type QuestionType } from "./markingForm";

type Exam = Schema<"AdminExam">;
type Fields = Schema<"ExamFields">;
type Section = NonNullable<Fields["sections"]>[number];
type Draw = NonNullable<Section["draw"]>[number];

/** A draw of random questions, as texts; what is empty does not matter. */
export interface DrawForm {
  readonly count: string;
  readonly type: QuestionType | "";
  readonly difficulty: NonNullable<Draw["difficulty"]> | "";
  readonly topic: string;
}

export const NEW_DRAW: DrawForm = { count: "", type: "", difficulty: "", topic: "" };

/**
 * A section as texts.
 *
 * @property key tells the sections of a form apart while they move.
 * @property id that of the server, by which the section keeps its questions; null for a new one.
 * @property expected how many questions of which type the paper of a preset has there, for people.
 */
export interface SectionForm {
  readonly key: number;
  readonly id: number | null;
  readonly name: string;
  readonly instructions: string;
  readonly minutes: string;
  readonly choose: string;
  readonly draws: readonly DrawForm[];
  readonly marking: MarkingForm;
  readonly expected: string;
}

/** An empty section to add to others. */
export function newSection(others: readonly SectionForm[]): SectionForm {
  return {
    key: 1 + Math.max(-1, ...others.map(({ key }) => key)),
    id: null,
    name: "",
    instructions: "",
    minutes: "",
    choose: "",
    draws: [],
    marking: NO_MARKING,
    expected: "",
  };
}

/** An exam's settings as texts and choices in a form. */
export interface ExamForm {
  readonly preset: string;
  readonly status: NonNullable<Fields["status"]>;
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
  /** The first is that of the questions' plain texts. */
  readonly languages: readonly string[];
  readonly shufflesQuestions: boolean;
  readonly shufflesOptions: boolean;
  readonly categoryId: string;
  readonly sections: readonly SectionForm[];
  readonly marking: MarkingForm;
}

export const EMPTY: ExamForm = {
  preset: "",
  status: "upcoming",
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
  languages: ["en"],
  shufflesQuestions: false,
  shufflesOptions: false,
  categoryId: "",
  sections: [],
  marking: NO_MARKING,
};

/** The form for an exam as it is. */
export function formOf(exam: Exam): ExamForm {
  return {
    ...EMPTY,
    status: exam.status,
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
    languages: exam.languages,
    shufflesQuestions: exam.shuffle.questions ?? false,
    shufflesOptions: exam.shuffle.options ?? false,
    categoryId: exam.category_id === null ? "" : String(exam.category_id),
    sections: exam.sections.map(sectionForm),
    marking: markingForm(exam.marking),
  };
}

function sectionForm(section: Omit<Section, "id"> & { id?: number | null }, at: number): SectionForm {
  return {
    key: at,
    id: section.id ?? null,
    name: section.name,
    instructions: section.instructions ?? "",
    minutes: String(section.minutes ?? ""),
    choose: String(section.choose ?? ""),
    draws: (section.draw ?? []).map((draw) => ({
      count: String(draw.count),
      type: draw.question_type ?? "",
      difficulty: draw.difficulty ?? "",
      topic: draw.topic ?? "",
    })),
    marking: markingForm(section.marking ?? {}),
    expected: "",
  };
}

/** What a preset fills in: time, sections and marking. */
export function filledBy(preset: Schema<"Preset">): Partial<ExamForm> {
  return {
    duration: String(preset.duration),
    sections: preset.sections.map(({ expected, ...section }, at) => ({
      ...sectionForm(section, at),
      expected: QUESTION_TYPES.filter((type) => expected[type])
        .map((type) => `${expected[type]} ${type}`)
        .join(", "),
    })),
    marking: markingForm(preset.marking),
  };
}

/** The minutes of timed sections together, which are the exam's duration; undefined without any. */
export function sectionMinutes(sections: readonly SectionForm[]): number | undefined {
  const given = sections.filter(({ minutes }) => minutes !== "");
  return given.length === 0 ? undefined : given.reduce((sum, { minutes }) => sum + Number(minutes), 0);
}

/**
 * What to send of a form.
 *
 * @param before the form as it was opened: only what was changed is sent, so that nobody's change of another setting is
 * undone.
 */
export function fieldsOf(form: ExamForm, before: ExamForm): Fields {
  const has = (field: keyof ExamForm): boolean => JSON.stringify(form[field]) !== JSON.stringify(before[field]);
  return {
    ...(has("status") && { status: form.status }),
    ...(has("name") && { name: form.name.trim() }),
    ...(has("date") && { date: form.date }),
    ...(has("startTime") && { start_time: form.startTime }),
    ...(has("duration") && { duration: numberOf(form.duration) }),
    ...(has("instructions") && { instructions: form.instructions }),
    ...(has("maxAttempts") && { max_attempts: numberOf(form.maxAttempts) }),
    ...(has("positive") && { positive_marks: form.positive }),
    ...(has("negative") && { negative_marks: form.negative }),
    ...(has("resultMode") && { result_mode: form.resultMode }),
    ...(has("resultDelay") && { result_delay: numberOf(form.resultDelay) }),
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
    ...(has("marking") && { marking: markingOf(form.marking) }),
    ...(has("languages") && { languages: [...form.languages] }),
    ...((has("shufflesQuestions") || has("shufflesOptions")) && {
      shuffle: { questions: form.shufflesQuestions, options: form.shufflesOptions },
    }),
  };
}

function sectionOf(section: SectionForm): Section {
  return {
    ...(section.id !== null && { id: section.id }),
    name: section.name.trim(),
    instructions: section.instructions.trim(),
    minutes: section.minutes === "" ? null : numberOf(section.minutes),
    choose: section.choose === "" ? null : numberOf(section.choose),
    draw: section.draws.map(drawOf),
    marking: markingOf(section.marking),
  };
}

function drawOf({ count, type, difficulty, topic }: DrawForm): Draw {
  return {
    count: numberOf(count),
    ...(type && { question_type: type }),
    ...(difficulty && { difficulty }),
    ...(topic.trim() && { topic: topic.trim() }),
  };
}

/** The number that was typed. Nothing stays an empty text, so that the server can say whether one is needed. */
function numberOf(typed: string): number {
  return typed.trim() === "" ? ("" as unknown as number) : Number(typed);
}

/** `YYYY-MM-DDTHH:MM` of a moment in a time zone, as inputs of type `datetime-local` take it. */
export function localTime(iso: string, timeZone: string): string {
  const written = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone });
  return written.format(new Date(iso)).replace(" ", "T");
}
