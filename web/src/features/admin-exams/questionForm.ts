import type { Schema } from "@/shared/api/client";
import { type Letter, LETTERS, optionField as field } from "@/shared/format/letters";

type Question = Schema<"AdminQuestion">;
type Fields = Schema<"QuestionFields">;

export type Options = Readonly<Record<Letter, string>>;

/** A question as texts and choices in a form. */
export interface QuestionForm {
  readonly type: NonNullable<Fields["question_type"]>;
  readonly text: string;
  readonly options: Options;
  readonly key: string;
  readonly solution: string;
  readonly tolerance: string;
  readonly positive: string;
  readonly negative: string;
  readonly sectionId: string;
  readonly topic: string;
  readonly difficulty: NonNullable<Fields["difficulty"]>;
  readonly tags: string;
  readonly imagePath: string;
  readonly imageUrl: string;
  readonly hindiText: string;
  readonly hindiOptions: Options;
  readonly hindiSolution: string;
}

const NO_OPTIONS: Options = { A: "", B: "", C: "", D: "", E: "", F: "", G: "", H: "" };

export const EMPTY: QuestionForm = {
  type: "MCQ",
  text: "",
  options: NO_OPTIONS,
  key: "",
  solution: "",
  tolerance: "0",
  positive: "",
  negative: "",
  sectionId: "",
  topic: "",
  difficulty: "",
  tags: "",
  imagePath: "",
  imageUrl: "",
  hindiText: "",
  hindiOptions: NO_OPTIONS,
  hindiSolution: "",
};

type OptionField = ReturnType<typeof field>;

/** The form for a question as it is. */
export function formOf(question: Question): QuestionForm {
  const hindi = question.texts.hi ?? {};
  const options = (of: (letter: Letter) => string | undefined): Options =>
    Object.fromEntries(LETTERS.map((letter) => [letter, of(letter) ?? ""])) as Record<Letter, string>;
  return {
    type: question.question_type,
    text: question.question_text,
    options: options((letter) => question[field(letter)]),
    key: question.correct_answer,
    solution: question.solution,
    tolerance: String(question.tolerance),
    positive: question.positive_marks === null ? "" : String(question.positive_marks),
    negative: question.negative_marks === null ? "" : String(question.negative_marks),
    sectionId: question.section_id === null ? "" : String(question.section_id),
    topic: question.topic,
    difficulty: question.difficulty as QuestionForm["difficulty"],
    tags: question.tags.join(", "),
    imagePath: question.image_path,
    imageUrl: question.image_url ?? "",
    hindiText: hindi.question_text ?? "",
    hindiOptions: options((letter) => hindi[field(letter)]),
    hindiSolution: hindi.solution ?? "",
  };
}

/** What to send of a form. */
export function fieldsOf(form: QuestionForm, hasHindi: boolean) {
  const isNumeric = form.type === "NUMERIC";
  const chosen = (options: Options): Partial<Record<OptionField, string>> =>
    Object.fromEntries(LETTERS.map((letter) => [field(letter), isNumeric ? "" : options[letter].trim()]));
  const hindi = Object.fromEntries(
    Object.entries({
      question_text: form.hindiText.trim(),
      ...chosen(form.hindiOptions),
      solution: form.hindiSolution.trim(),
    }).filter(([, text]) => text !== ""),
  );
  return {
    question_type: form.type,
    question_text: form.text.trim(),
    ...chosen(form.options),
    correct_answer: form.key.trim(),
    solution: form.solution.trim(),
    positive_marks: form.positive.trim() || null,
    negative_marks: form.negative.trim() || null,
    tolerance: isNumeric ? form.tolerance.trim() || "0" : "0",
    ...(form.sectionId && { section_id: Number(form.sectionId) }),
    topic: form.topic.trim(),
    difficulty: form.difficulty,
    tags: form.tags
      .split(",")
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ""),
    image_path: form.imagePath,
    ...(hasHindi && { texts: Object.keys(hindi).length > 0 ? { hi: hindi } : {} }),
  };
}
