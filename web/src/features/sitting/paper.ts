import type { Answer, Paper, SittingState } from "@smart-exam/client";

import { LETTERS, optionField } from "@/shared/format/letters";

export type Question = Paper["questions"][number];
export type Section = Paper["sections"][number];
export type Passage = Paper["passages"][number];

/** The states of a question in the palette, in the order of its legend. */
export const QUESTION_STATES = ["notVisited", "notAnswered", "answered", "marked", "answeredMarked"] as const;
export type QuestionState = (typeof QUESTION_STATES)[number];

type Draft = Pick<SittingState, "answers" | "marked" | "visited">;

export function stateOf(id: number, { answers, marked, visited }: Draft): QuestionState {
  const isAnswered = isGiven(answers[id]);
  if (marked.has(id)) return isAnswered ? "answeredMarked" : "marked";
  if (isAnswered) return "answered";
  return visited.has(id) ? "notAnswered" : "notVisited";
}

/** How many questions are in each state. */
export function countStates(questions: readonly Question[], draft: Draft): Record<QuestionState, number> {
  const counts = { notVisited: 0, notAnswered: 0, answered: 0, marked: 0, answeredMarked: 0 };
  for (const { id } of questions) counts[stateOf(id, draft)] += 1;
  return counts;
}

function isGiven(answer: Answer | undefined): boolean {
  return answer !== undefined && answer.length > 0;
}

export interface Choice {
  readonly letter: string;
  readonly text: string;
  readonly image: string | undefined;
}

/** The options of a question in a language; one that was not translated is in the exam's first language. */
export function choicesOf(question: Question, language: string): readonly Choice[] {
  return LETTERS.map((letter) => {
    const field = optionField(letter);
    const text = question.texts[language]?.[field] ?? question[field] ?? "";
    return { letter, text, image: question.option_image_urls[letter] };
  }).filter(({ text, image }) => text !== "" || image !== undefined);
}

export function textOf(question: Question, language: string): string {
  return question.texts[language]?.question_text ?? question.question_text;
}

export function passageText(passage: Passage, language: string): string {
  return passage.texts[language] ?? passage.text;
}

/** The languages of a paper; one if nothing was translated. */
export function languagesOf(paper: Paper): readonly string[] {
  const { languages } = paper.exam as { languages?: readonly string[] };
  return languages?.length ? languages : ["en"];
}

export function nameOf(paper: Paper): string {
  return (paper.exam as { name: string }).name;
}

/** Whether sections are sat one after the other. */
export function isTimed(paper: Paper): boolean {
  return paper.sections.some(({ state }) => state !== "open");
}

export function sectionOf(paper: Paper, questionId: number): Section | undefined {
  return paper.sections.find(({ question_ids }) => question_ids.includes(questionId));
}

/** The questions that one may go to, in order: all, or those of the open section if sections are timed. */
export function reachable(paper: Paper): readonly Question[] {
  if (!isTimed(paper)) return paper.questions;
  const open = new Set(
    paper.sections.filter(({ state }) => state === "open").flatMap((section) => section.question_ids),
  );
  return paper.questions.filter(({ id }) => open.has(id));
}

/** The letters of an answer to a question with several right options. */
export function lettersOf(answer: Answer | undefined): readonly string[] {
  if (answer === undefined) return [];
  return typeof answer === "string" ? [answer] : answer;
}
