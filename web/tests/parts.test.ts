import { expect, test } from "vitest";

import { partsOf } from "@/shared/math/parts";

function shown(text: string): string[] {
  return partsOf(text).map((part) =>
    part.kind === "text" ? part.text : `<${part.isDisplay ? "d" : "i"}:${part.latex}>`,
  );
}

test.each([
  ["no formula", ["no formula"]],
  ["If $x^2 = 4$, then", ["If ", "<i:x^2 = 4>", ", then"]],
  ["$\\large 20\\ \\mathrm{m/s}$", ["<i:\\large 20\\ \\mathrm{m/s}>"]],
  ["$$\\int_0^1 x\\,dx$$", ["<d:\\int_0^1 x\\,dx>"]],
  ["\\(a\\) and \\[b\\]", ["<i:a>", " and ", "<d:b>"]],
  ["costs $5 and $10", ["costs $5 and $10"]],
  ["costs \\$5, gives $y$", ["costs $5, gives ", "<i:y>"]],
  ["open $ end", ["open $ end"]],
  ["$a\\$b$", ["<i:a\\$b>"]],
  ["", []],
])("%s", (text, parts) => {
  expect(shown(text)).toEqual(parts);
});

test("a long text without an end is divided in linear time", () => {
  const text = "$a".repeat(20_000);
  const started = performance.now();
  partsOf(text);
  expect(performance.now() - started).toBeLessThan(500);
});
