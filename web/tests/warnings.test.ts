import { describe, expect, it } from "vitest";

import { byMessage, inShort } from "../src/features/admin-mining/warnings";

describe("what to check in a paper", () => {
  it("is told once, with the numbers of its questions", () => {
    const open = { code: "incomplete", message: "The paper does not give the answer." };
    const whole = { code: "not_repaired", message: "Some text could not be read." };

    expect(byMessage([{ ...open, question: 3 }, whole, { ...open, question: 1 }, { ...open, question: 3 }])).toEqual([
      { message: open.message, questions: [1, 3] },
      { message: whole.message, questions: [] },
    ]);
  });

  it("names runs of questions by their ends", () => {
    expect(inShort([1, 2, 3, 7, 9, 10])).toBe("1–3, 7, 9–10");
    expect(inShort([])).toBe("");
  });
});
