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

beforeAll(async () => {
  vi.stubGlobal("location", { href: "https://exams.test/app/" });
  vi.stubGlobal("navigator", { language: "en-IN" });
  vi.stubGlobal("document", { documentElement: {} });
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
  failures = await import("@/shared/api/failure");
  languages = await import("@/shared/i18n/language");
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
