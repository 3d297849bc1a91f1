import type { Schema } from "@/shared/api/client";
import { type Letter, LETTERS, optionField } from "@/shared/format/letters";

export type Answered = Schema<"Response">;

export interface ShownOption {
  readonly letter: Letter;
  readonly text: string;
  readonly imageUrl: string | undefined;
}

/** A text of a question in a language, or as it was written where that language has none. */
export function wordsOf(question: Answered, field: string, language: string): string {
  const own = (question as unknown as Record<string, string | undefined>)[field] ?? "";
  return question.texts[language]?.[field] ?? own;
}

/** The options that a question has, with text, picture or both. */
export function optionsOf(question: Answered, language: string): readonly ShownOption[] {
  return LETTERS.map((letter) => ({
    letter,
    text: wordsOf(question, optionField(letter), language),
    imageUrl: question.option_image_urls[letter],
  })).filter((option) => option.text !== "" || option.imageUrl !== undefined);
}

/** An answer in words: letters by commas, a number as it is; undefined for none. */
export function answerText(answer: string | readonly string[] | null): string | undefined {
  const text = typeof answer === "string" ? answer : (answer ?? []).join(", ");
  return text === "" ? undefined : text.replaceAll("|", " / ");
}

/** Whether an option is part of an answer or, of a key with alternatives, of one of them. */
export function names(answer: string | readonly string[] | null, letter: Letter): boolean {
  const text = typeof answer === "string" ? answer : (answer ?? []).join(",");
  return text.split(/[|,]/).some((part) => part.trim().toUpperCase() === letter);
}

/** The languages of a paper's questions, beside the one that they were written in. */
export function languagesOf(questions: readonly Answered[]): readonly string[] {
  return [...new Set(questions.flatMap((question) => Object.keys(question.texts)))];
}
