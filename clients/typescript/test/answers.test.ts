import { describe, expect, it } from "vitest";

import { sameAnswer, type MaybeAnswer } from "../src/index.js";

const same: [MaybeAnswer | undefined, MaybeAnswer | undefined][] = [
  ["A", "a"],
  [
    ["A", "C"],
    ["c", "A"],
  ],
  [null, ""],
  [[], undefined],
  ["1.50", "1.5"],
  ["01.0", "1"],
  [".5", "0.5"],
  ["− 5", "-5"],
  ["-0", "0"],
  ["+3", "3"],
];
const different: [MaybeAnswer, MaybeAnswer][] = [
  ["A", "B"],
  ["A", null],
  [["A"], ["A", "C"]],
  ["1.5", "1.05"],
  ["10", "1"],
  ["-5", "5"],
  ["", "0"],
  ["9007199254740993", "9007199254740992"],
];

describe("answers", () => {
  it.each(same)("%j and %j are the same", (one, other) => {
    expect(sameAnswer(one, other)).toBe(true);
  });
  it.each(different)("%j and %j are not", (one, other) => {
    expect(sameAnswer(one, other)).toBe(false);
  });
});
