import { describe, expect, test } from "vitest";

import { EMPTY, fieldsOf, filledBy, formOf, newSection, sectionMinutes } from "@/features/admin-exams/examForm";

type Exam = Parameters<typeof formOf>[0];

const EXAM = {
  name: "Mock",
  date: "2026-01-05",
  start_time: "10:00:00",
  duration: 60,
  instructions: "",
  max_attempts: 1,
  positive_marks: 4,
  negative_marks: "1/3",
  result_mode: "instant",
  result_delay: 0,
  closes_at: "2026-01-05T07:30:00Z",
  timezone: "Asia/Kolkata",
  audience: "batches",
  batch_ids: [3],
  counted_attempt: "best",
  discussion: "off",
  allow_chat: false,
  allow_assistant: false,
  status: "upcoming",
  languages: ["en", "ta"],
  shuffle: { questions: true, options: false },
  category_id: null,
  marking: { MSQ: { positive: 4, partial: "per_option", partial_marks: "1/3" } },
  sections: [
    {
      id: 7,
      name: "Physics",
      instructions: "Read first.",
      minutes: null,
      choose: 5,
      draw: [{ count: 5, question_type: "MCQ", topic: "Optics" }],
      marking: { MCQ: { positive: 3, negative: 1 } },
    },
  ],
} as unknown as Exam;

describe("what is sent of an exam's form", () => {
  const before = formOf(EXAM);

  test("nothing that was not changed", () => {
    expect(fieldsOf(before, before)).toEqual({});
  });

  test("times are the institute's", () => {
    expect(before.closesAt).toBe("2026-01-05T13:00");
  });

  test("an emptied closing and category become none", () => {
    const form = { ...before, closesAt: "", categoryId: "3" };
    expect(fieldsOf(form, before)).toEqual({ closes_at: null, category_id: 3 });
    expect(fieldsOf(before, form)).toEqual({ closes_at: "2026-01-05T13:00", category_id: null });
  });

  test("a section keeps its id and all of its parts, and a new one has none", () => {
    const sections = before.sections.map((section) => ({ ...section, name: "Physics I " }));
    const form = { ...before, sections: [...sections, { ...newSection(sections), name: "Maths" }] };
    expect(fieldsOf(form, before)).toEqual({
      sections: [
        {
          id: 7,
          name: "Physics I",
          instructions: "Read first.",
          minutes: null,
          choose: 5,
          draw: [{ count: 5, question_type: "MCQ", topic: "Optics" }],
          marking: { MCQ: { positive: "3", negative: "1" } },
        },
        { name: "Maths", instructions: "", minutes: null, choose: null, draw: [], marking: {} },
      ],
    });
  });

  test("sections in another order are a change", () => {
    const second = { ...newSection(before.sections), name: "Maths" };
    const both = { ...before, sections: [...before.sections, second] };
    const turned = { ...both, sections: both.sections.toReversed() };
    expect(fieldsOf(turned, both).sections?.map(({ name }) => name)).toEqual(["Maths", "Physics"]);
  });

  test("a marking scheme is sent whole, and an emptied one too", () => {
    const { MSQ } = before.marking;
    const form = { ...before, marking: { ...before.marking, MSQ: { ...MSQ, partial: "proportional" as const } } };
    expect(fieldsOf(form, before)).toEqual({
      marking: { MSQ: { positive: "4", partial: "proportional", partial_marks: "1/3" } },
    });
    expect(fieldsOf({ ...before, marking: EMPTY.marking }, before)).toEqual({ marking: {} });
  });

  test("numbers that were deleted are sent as empty, for the server to name", () => {
    expect(fieldsOf({ ...before, duration: "" }, before)).toEqual({ duration: "" });
  });

  test("languages beside English and Hindi stay", () => {
    expect(fieldsOf({ ...before, languages: ["en", "ta", "hi"] }, before)).toEqual({ languages: ["en", "ta", "hi"] });
  });

  test("a code is kept unless one is typed, and removed on demand", () => {
    expect(fieldsOf({ ...before, accessCode: "sesame" }, before)).toEqual({ access_code: "sesame" });
    expect(fieldsOf({ ...before, accessCode: "sesame", removesCode: true }, before)).toEqual({ access_code: "" });
  });

  test("a preset fills time, sections and marking, which are sent as they are then", () => {
    const filled = filledBy({
      id: "mock",
      name: "Mock",
      year: 2026,
      source: "",
      duration: 180,
      sections: [{ name: "Physics", expected: { MCQ: 20, NUMERIC: 5 }, choose: 20 }],
      marking: { MCQ: { positive: "4", negative: "1" } },
    });
    expect(filled.sections?.[0]?.expected).toBe("20 MCQ, 5 NUMERIC");
    expect(fieldsOf({ ...EMPTY, ...filled }, EMPTY)).toEqual({
      duration: 180,
      sections: [{ name: "Physics", instructions: "", minutes: null, choose: 20, draw: [], marking: {} }],
      marking: { MCQ: { positive: "4", negative: "1" } },
    });
  });

  test("timed sections give the duration", () => {
    const section = newSection([]);
    expect(sectionMinutes([section])).toBeUndefined();
    expect(
      sectionMinutes([
        { ...section, minutes: "30" },
        { ...section, minutes: "45" },
      ]),
    ).toBe(75);
  });
});
