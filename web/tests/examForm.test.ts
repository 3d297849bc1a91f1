import { describe, expect, test } from "vitest";

import { EMPTY, fieldsOf, formOf, NEW_SECTION } from "@/features/admin-exams/examForm";

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
  languages: ["en", "hi"],
  shuffle: { questions: true, options: false },
  category_id: null,
  sections: [{ id: 7, name: "Physics", instructions: "", minutes: null, choose: 5, draw: [{ count: 5 }], marking: {} }],
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

  test("a changed section keeps what the form does not show, and a new one has no id", () => {
    const [physics = NEW_SECTION] = before.sections;
    const form = {
      ...before,
      sections: [
        { ...physics, name: "Physics I " },
        { ...NEW_SECTION, name: "Maths" },
      ],
    };
    expect(fieldsOf(form, before).sections).toEqual([
      { id: 7, name: "Physics I", instructions: "", minutes: null, choose: 5, draw: [{ count: 5 }], marking: {} },
      { name: "Maths", minutes: null, choose: null },
    ]);
  });

  test("a code is kept unless one is typed, and removed on demand", () => {
    expect(fieldsOf({ ...before, accessCode: "sesame" }, before)).toEqual({ access_code: "sesame" });
    expect(fieldsOf({ ...before, accessCode: "sesame", removesCode: true }, before)).toEqual({ access_code: "" });
  });

  test("a preset fills what the form leaves open", () => {
    expect(fieldsOf({ ...EMPTY, preset: "neet-2025" }, EMPTY)).toEqual({ preset: "neet-2025" });
  });
});
