import { expect, test } from "vitest";

import { clock } from "@/shared/format/clock";

test.each([
  [0, "0:00:00"],
  [-3, "0:00:00"],
  [0.2, "0:00:01"],
  [59.5, "0:01:00"],
  [3661, "1:01:01"],
  [36_000, "10:00:00"],
])("a time left of %d seconds reads %s", (seconds, text) => {
  expect(clock(seconds)).toBe(text);
});
