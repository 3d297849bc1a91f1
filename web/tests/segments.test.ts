import { expect, test } from "vitest";

import { segments } from "@/shared/math/segments";

const text = (words: string) => ({ kind: "text", text: words });
const math = (tex: string, isDisplay = false) => ({ kind: "math", tex, isDisplay });

test.each([
  ["no formula", [text("no formula")]],
  ["", []],
  ["If $x^2 = 4$, then", [text("If "), math("x^2 = 4"), text(", then")]],
  ["$a$$b$", [math("a"), math("b")]],
  ["$$\\frac{1}{2}$$", [math("\\frac{1}{2}", true)]],
  ["\\[x\\] or \\(y\\)", [math("x", true), text(" or "), math("y")]],
  ["costs $5 or $6 each", [text("costs $5 or $6 each")]],
  ["costs $5 and x is $x$", [text("costs $5 and x is "), math("x")]],
  ["\\$5 and \\$6", [text("$5 and $6")]],
  ["$\\$5 + x$", [math("\\$5 + x")]],
  ["<b>$x<y$</b>", [text("<b>"), math("x<y"), text("</b>")]],
])("%s", (source, parts) => {
  expect(segments(source)).toEqual(parts);
});
