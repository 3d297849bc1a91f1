import { effect, signal } from "@preact/signals";

import { common } from "@/shared/i18n/common";
import type { errorsInHindi } from "@/shared/i18n/errorsInHindi";
import { language } from "@/shared/i18n/language";

import { ApiError, ConnectionLostError } from "./client";

/** The server refused a part of what was asked, in its own words, with an answer that is a success. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    message: string,
    readonly code = "",
  ) {
    super(message);
  }
}

/** Loaded where Hindi is chosen; the server's own words are shown until then. */
const inHindi = signal<typeof errorsInHindi>();

effect(() => {
  if (language.value !== "hi" || inHindi.peek()) return;
  void import("@/shared/i18n/errorsInHindi").then(
    (loaded) => (inHindi.value = loaded.errorsInHindi),
    () => undefined,
  );
});

/**
 * What to tell a person about an error: the server's message, in Hindi by its code, or that there is no connection.
 * A component that calls it renders again when the language changes.
 */
export function failureText(error: unknown): string {
  if (error instanceof ApiError) return translated(error) ?? error.message;
  if (error instanceof Refusal) {
    return translated(new ApiError(400, { message: error.message, code: error.code })) ?? error.message;
  }
  return error instanceof ConnectionLostError ? common().noConnection : common().somethingWrong;
}

function translated(error: ApiError): string | undefined {
  const text = language.value === "hi" ? inHindi.value?.[error.code] : undefined;
  return typeof text === "function" ? text(error) : text;
}
