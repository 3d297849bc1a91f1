import type { Schema } from "@/shared/api/client";
import { type Letter, LETTERS, optionField as field } from "@/shared/format/letters";

type Question = Schema<"AdminQuestion">;
type Fields = Schema<"QuestionFields">;

export type Options = Readonly<Record<Letter, string>>;

/** An uploaded picture: the path that the API stores, and the address to show it; both empty for none. */
export interface Image {
  readonly path: string;
  readonly url: string;
}

/** A question's texts in a further language. */
export interface Translation {
  readonly text: string;
  readonly options: Options;
  readonly solution: string;
}

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
  readonly image: Image;
  readonly optionImages: Readonly<Record<Letter, Image>>;
  readonly solutionImage: Image;
  readonly passageId: string;
  readonly fixedOptions: boolean;
  /** By language. */
  readonly translations: Readonly<Record<string, Translation>>;
}

function byLetter<T>(of: (letter: Letter) => T): Readonly<Record<Letter, T>> {
  return Object.fromEntries(LETTERS.map((letter) => [letter, of(letter)])) as Record<Letter, T>;
}

const NO_OPTIONS: Options = byLetter(() => "");
export const NO_IMAGE: Image = { path: "", url: "" };

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
  image: NO_IMAGE,
  optionImages: byLetter(() => NO_IMAGE),
  solutionImage: NO_IMAGE,
  passageId: "",
  fixedOptions: false,
  translations: {},
};

const UNTRANSLATED: Translation = { text: "", options: NO_OPTIONS, solution: "" };

/** The texts of a form in a further language, empty ones if there are none. */
export function translationOf(form: QuestionForm, language: string): Translation {
  return form.translations[language] ?? UNTRANSLATED;
}

type OptionField = ReturnType<typeof field>;

/** The form for a question as it is. */
export function formOf(question: Question): QuestionForm {
  return {
    type: question.question_type,
    text: question.question_text,
    options: byLetter((letter) => question[field(letter)]),
    key: question.correct_answer,
    solution: question.solution,
    tolerance: String(question.tolerance),
    positive: question.positive_marks === null ? "" : String(question.positive_marks),
    negative: question.negative_marks === null ? "" : String(question.negative_marks),
    sectionId: question.section_id === null ? "" : String(question.section_id),
    topic: question.topic,
    difficulty: question.difficulty as QuestionForm["difficulty"],
    tags: question.tags.join(", "),
    image: { path: question.image_path, url: question.image_url ?? "" },
    optionImages: byLetter((letter) => ({
      path: question.option_images[letter] ?? "",
      url: question.option_image_urls[letter] ?? "",
    })),
    solutionImage: { path: question.solution_image, url: question.solution_image_url ?? "" },
    passageId: question.passage_id === null ? "" : String(question.passage_id),
    fixedOptions: question.fixed_options,
    translations: Object.fromEntries(
      Object.entries(question.texts).map(([language, texts]) => [
        language,
        {
          text: texts.question_text ?? "",
          options: byLetter((letter) => texts[field(letter)] ?? ""),
          solution: texts.solution ?? "",
        },
      ]),
    ),
  };
}

/** What to send of a form, with the texts in these further languages. */
export function fieldsOf(form: QuestionForm, languages: readonly string[]) {
  const isNumeric = form.type === "NUMERIC";
  const chosen = (options: Options): Partial<Record<OptionField, string>> =>
    Object.fromEntries(LETTERS.map((letter) => [field(letter), isNumeric ? "" : options[letter].trim()]));
  const translated = languages.map((language) => {
    const { text, options, solution } = translationOf(form, language);
    const texts = { question_text: text.trim(), ...chosen(options), solution: solution.trim() };
    return [language, Object.fromEntries(Object.entries(texts).filter(([, words]) => words !== ""))] as const;
  });
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
    image_path: form.image.path,
    option_images: isNumeric ? {} : pathsOf(form.optionImages),
    solution_image: form.solutionImage.path,
    passage_id: form.passageId === "" ? null : Number(form.passageId),
    fixed_options: form.fixedOptions,
    texts: Object.fromEntries(translated.filter(([, texts]) => Object.keys(texts).length > 0)),
  };
}

/** The paths of the options' pictures, of those that have one. */
function pathsOf(images: QuestionForm["optionImages"]): Record<string, string> {
  const found = LETTERS.map((letter) => [letter, images[letter].path] as const);
  return Object.fromEntries(found.filter(([, path]) => path !== ""));
}
