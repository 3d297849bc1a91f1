import { common } from "@/shared/i18n/common";
import { errorTexts, serverText } from "@/shared/i18n/serverText";

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

/**
 * What to tell a person about an error: the server's message, in Hindi by its code, or that there is no connection.
 * A component that calls it renders again when the language changes.
 */
export function failureText(error: unknown): string {
  if (error instanceof ApiError) return translated(error);
  if (error instanceof Refusal) return translated(new ApiError(400, { message: error.message, code: error.code }));
  return error instanceof ConnectionLostError ? common().noConnection : common().somethingWrong;
}

function translated(error: ApiError): string {
  const text = errorTexts()?.[error.code];
  return (typeof text === "function" ? text(error) : text) ?? serverText(error.message);
}
