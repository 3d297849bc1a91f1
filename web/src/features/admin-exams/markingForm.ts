import type { Schema } from "@/shared/api/client";

type Scheme = Schema<"MarkingScheme">;
type TypeMarking = Schema<"TypeMarking">;

export const QUESTION_TYPES = ["MCQ", "MSQ", "NUMERIC"] as const;
export type QuestionType = (typeof QUESTION_TYPES)[number];

/** The marks of a type of question as texts; what is empty comes from the next level. */
export interface TypeMarksForm {
  readonly positive: string;
  readonly negative: string;
  readonly partial: NonNullable<TypeMarking["partial"]> | "";
  readonly partialMarks: string;
}

export type MarkingForm = Readonly<Record<QuestionType, TypeMarksForm>>;

const NOTHING: TypeMarksForm = { positive: "", negative: "", partial: "", partialMarks: "" };
export const NO_MARKING: MarkingForm = { MCQ: NOTHING, MSQ: NOTHING, NUMERIC: NOTHING };

/** The form for a marking scheme as it is. */
export function markingForm(scheme: Scheme): MarkingForm {
  return {
    MCQ: marksForm(scheme.MCQ),
    MSQ: marksForm(scheme.MSQ),
    NUMERIC: marksForm(scheme.NUMERIC),
  };
}

function marksForm(marks: TypeMarking = {}): TypeMarksForm {
  return {
    positive: String(marks.positive ?? ""),
    negative: String(marks.negative ?? ""),
    partial: marks.partial ?? "",
    partialMarks: String(marks.partial_marks ?? ""),
  };
}

/** What to send of a marking scheme: the types for which something is given. */
export function markingOf(form: MarkingForm): Scheme {
  const types = QUESTION_TYPES.map((type) => [type, marksOf(form[type], type)] as const);
  return Object.fromEntries(types.filter(([, marks]) => Object.keys(marks).length > 0));
}

function marksOf(form: TypeMarksForm, type: QuestionType): TypeMarking {
  return {
    ...(form.positive.trim() && { positive: form.positive.trim() }),
    ...(form.negative.trim() && { negative: form.negative.trim() }),
    ...(type === "MSQ" && form.partial && { partial: form.partial }),
    ...(type === "MSQ" && form.partialMarks.trim() && { partial_marks: form.partialMarks.trim() }),
  };
}
