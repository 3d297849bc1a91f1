import { common } from "@/shared/i18n/common";

import { ApiError, ConnectionLostError } from "./client";

/** What to tell a person about an error: the server's message, or that there is no connection. */
export function failureText(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  return error instanceof ConnectionLostError ? common().noConnection : common().somethingWrong;
}
