import { readFileSync } from "node:fs";

import { ApiError, ConnectionLostError } from "@smart-exam/client";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

const DESCRIPTION = new URL("../../functions/docs/openapi.json", import.meta.url);

/** The codes of all errors in the API's description, and of answers that a sync rejects. */
function codesOf(description: unknown): Set<string> {
  const codes = new Set<string>();
  const look = (part: unknown): void => {
    if (typeof part !== "object" || part === null) return;
    for (const [name, value] of Object.entries(part)) {
      if (name === "x-error-codes" && Array.isArray(value)) for (const code of value as string[]) codes.add(code);
      else look(value);
    }
  };
  look(description);
  const { components } = description as {
    components: { schemas: { Rejected: { properties: { code: { description: string } } } } };
  };
  const { code } = components.schemas.Rejected.properties;
  for (const [, rejected = ""] of code.description.matchAll(/`([a-z_]+)`/g)) codes.add(rejected);
  return codes;
}

const refused = (code: string, fields: object = {}, retryAfter?: number): ApiError =>
  new ApiError(400, { message: "In English", code, ...fields }, retryAfter);

let failures: typeof import("@/shared/api/failure");
let languages: typeof import("@/shared/i18n/language");
let words: typeof import("@/shared/i18n/serverText");

beforeAll(async () => {
  vi.stubGlobal("location", { href: "https://exams.test/app/" });
  vi.stubGlobal("navigator", { language: "en-IN" });
  vi.stubGlobal("document", { documentElement: {} });
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
  failures = await import("@/shared/api/failure");
  languages = await import("@/shared/i18n/language");
  words = await import("@/shared/i18n/serverText");
});

beforeEach(async () => {
  languages.chooseLanguage("hi");
  await vi.waitFor(() => expect(failures.failureText(refused("exam_ended"))).toContain("परीक्षा"));
});

describe("what a person is told about an error", () => {
  it("has a text in Hindi for every code of the API", () => {
    const codes = codesOf(JSON.parse(readFileSync(DESCRIPTION, "utf8")));
    expect(codes.size).toBeGreaterThan(100);
    const untranslated = [...codes].filter((code) => !/[\u0900-\u097f]/.test(failures.failureText(refused(code))));
    expect(untranslated).toEqual([]);
  });

  it("says what the error's fields say", () => {
    expect(failures.failureText(refused("invalid_credentials", { attempts_remaining: 2 }))).toContain(" 2 प्रयास ");
    expect(failures.failureText(refused("sign_in_locked", {}, 841))).toContain("15 मिनट बाद");
    expect(failures.failureText(refused("too_fast", {}, 2))).toContain("2 सेकंड बाद");
    expect(failures.failureText(refused("too_fast"))).toContain("थोड़ी देर में");
    expect(failures.failureText(refused("result_pending", { available_at: "2026-01-05T07:30:00Z" }))).toContain("2026");
    const errors = [{ field: "password", message: "must be 10 to 128 characters long" }];
    expect(failures.failureText(refused("invalid_fields", { errors }))).toContain("पासवर्ड: 10 से 128 अक्षर");
  });

  it("translates the server's sentences with what they fill in, and lists of faults", () => {
    const { serverText } = words;
    expect(serverText("must have at most 100 characters")).toBe("अधिक से अधिक 100 अक्षर हों");
    expect(serverText("Page 3 of 40")).toBe("40 में से पृष्ठ 3");
    expect(serverText('Row 3: option_b: must not be empty; tags: must not contain ";"')).toBe(
      "पंक्ति 3: विकल्प B: ख़ाली नहीं हो सकता; शब्द: इसमें ; नहीं हो सकता",
    );
    expect(serverText("Row 4: the name must be 1 to 100 visible characters, and no name of an office")).toContain(
      "पंक्ति 4: नाम: 1 से 100 दिखने वाले अक्षर",
    );
    expect(serverText("The answer is left open: there are two series of options.")).toBe(
      "उत्तर खुला छोड़ा गया: विकल्पों की दो श्रृंखलाएँ हैं।",
    );
    expect(serverText("Not in Hindi: question text, option a.")).toBe("हिन्दी में नहीं है: प्रश्न, विकल्प A।");
    expect(serverText("Something new happened.")).toBe("Something new happened.");
    languages.chooseLanguage("en");
    expect(serverText("Page 3 of 40")).toBe("Page 3 of 40");
  });

  it("is in the server's words where a code has no translation, and in English", () => {
    expect(failures.failureText(refused("of_tomorrow"))).toBe("In English");
    expect(failures.failureText(new failures.Refusal("In English"))).toBe("In English");
    languages.chooseLanguage("en");
    expect(failures.failureText(refused("exam_ended"))).toBe("In English");
  });

  it("is that there is no connection, without an answer", () => {
    expect(failures.failureText(new ConnectionLostError("lost"))).toContain("कनेक्शन");
  });
});
