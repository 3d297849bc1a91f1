import { common } from "@/shared/i18n/common";

import { ApiError, ConnectionLostError } from "./client";

/** The server refused a part of what was asked, in its own words, with an answer that is a success. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** What to tell a person about an error: the server's message, or that there is no connection. */
export function failureText(error: unknown): string {
  if (error instanceof ApiError || error instanceof Refusal) return error.message;
  return error instanceof ConnectionLostError ? common().noConnection : common().somethingWrong;
}
