import { expect, it } from "vitest";

import { picturesOf } from "../src/features/sitting/pictures";

it("finds every picture of a paper once, in the order of the questions", () => {
  const question = { passage_id: null, image_url: null, option_image_urls: {} };
  const questions = [
    { ...question, passage_id: 5, image_url: "/images/a.png" },
    { ...question, passage_id: 5, option_image_urls: { A: "/images/b.png", B: "/images/a.png" } },
    { ...question, passage_id: 6 },
  ];
  const passages = [
    { id: 5, image_url: "/images/p.png" },
    { id: 6, image_url: null },
  ];

  expect(picturesOf({ questions, passages } as unknown as Parameters<typeof picturesOf>[0])).toEqual([
    "/images/p.png",
    "/images/a.png",
    "/images/b.png",
  ]);
});
