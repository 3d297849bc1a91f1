import { describe, expect, test } from "vitest";

import {
  choicesOf,
  countStates,
  isTimed,
  languagesOf,
  lettersOf,
  type Question,
  reachable,
  stateOf,
} from "@/features/sitting/paper";

const question = {
  id: 1,
  question_text: "What?",
  option_a: "one",
  option_b: "two",
  option_c: "",
  option_d: "",
  option_e: "five",
  option_image_urls: { C: "/images/c.png" },
  texts: { hi: { option_a: "एक" } },
} as unknown as Question;

function draft(answers: Record<string, string | string[]>, marked: number[], visited: number[]) {
  return { answers, marked: new Set(marked), visited: new Set(visited) };
}

describe("the state of a question", () => {
  test.each([
    [draft({}, [], []), "notVisited"],
    [draft({}, [], [1]), "notAnswered"],
    [draft({ 1: "A" }, [], [1]), "answered"],
    [draft({ 1: [] }, [], [1]), "notAnswered"],
    [draft({}, [1], [1]), "marked"],
    [draft({ 1: ["A"] }, [1], [1]), "answeredMarked"],
    // Answered on another device, which does not tell what it showed.
    [draft({ 1: "A" }, [], []), "answered"],
  ])("%#", (state, expected) => {
    expect(stateOf(1, state)).toBe(expected);
  });

  test("is counted for all of them", () => {
    const questions = [question, { ...question, id: 2 }, { ...question, id: 3 }];
    const counts = countStates(questions, draft({ 2: "B" }, [3], [1, 2, 3]));
    expect(counts).toEqual({ notVisited: 0, notAnswered: 1, answered: 1, marked: 1, answeredMarked: 0 });
  });
});

describe("options", () => {
  test("are those with a text or a picture, by their own letters", () => {
    expect(choicesOf(question, "en").map(({ letter, text }) => `${letter} ${text}`)).toEqual([
      "A one",
      "B two",
      "C ",
      "E five",
    ]);
  });

  test("are in the exam's first language where they are not translated", () => {
    expect(choicesOf(question, "hi").map(({ text }) => text)).toEqual(["एक", "two", "", "five"]);
  });

  test.each([
    [undefined, []],
    ["A", ["A"]],
    [
      ["A", "C"],
      ["A", "C"],
    ],
  ])("chosen in %j", (answer, letters) => {
    expect(lettersOf(answer)).toEqual(letters);
  });
});

describe("sections", () => {
  const questions = [1, 2, 3].map((id) => ({ ...question, id }));
  const paper = (...states: string[]) =>
    ({
      exam: {},
      questions,
      sections: states.map((state, at) => ({ id: at + 1, state, question_ids: at === 0 ? [1, 2] : [3] })),
    }) as unknown as Parameters<typeof reachable>[0];

  test("without times are all open", () => {
    expect(isTimed(paper("open", "open"))).toBe(false);
    expect(reachable(paper("open", "open")).map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  test("with times leave only the open one", () => {
    expect(reachable(paper("closed", "open")).map(({ id }) => id)).toEqual([3]);
    expect(reachable(paper("open", "upcoming")).map(({ id }) => id)).toEqual([1, 2]);
  });

  test("have English where the paper names no languages", () => {
    expect(languagesOf(paper())).toEqual(["en"]);
  });
});
