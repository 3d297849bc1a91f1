/** The body of every answer of 400 or above, with the further fields of some codes (`mfa_token`, `available_at`, ...). */
export interface ErrorBody {
  readonly message: string;
  readonly code?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
  readonly request_id?: string;
  readonly [field: string]: unknown;
}

/** The server refused: branch on `code`, show `message` to people. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly body: ErrorBody,
    /** Seconds to wait, from `Retry-After`; undefined without one. */
    readonly retryAfter?: number,
  ) {
    super(body.message);
  }

  /** Machine-readable; "" where the status says all. */
  get code(): string {
    // The family of tokens writes its codes as messages.
    return this.body.code ?? (/^[a-z_]+$/.test(this.message) ? this.message : "");
  }

  /** Messages by field, of `invalid_fields`; else empty. */
  get fields(): Readonly<Record<string, string>> {
    return Object.fromEntries((this.body.errors ?? []).map(({ field, message }) => [field, message]));
  }

  /** The error in an answer, whatever a proxy on the way made of it. */
  static async from(response: Response): Promise<ApiError> {
    const text = await response.text().catch(() => "");
    const wait = Number.parseFloat(response.headers.get("retry-after") ?? "");
    return new ApiError(response.status, bodyOf(text, response), Number.isFinite(wait) ? Math.max(0, wait) : undefined);
  }
}

/** No answer came, even after retries. The server may or may not have carried the request out. */
export class ConnectionLostError extends Error {
  override readonly name = "ConnectionLostError";
}

function bodyOf(text: string, response: Response): ErrorBody {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null && "message" in body && typeof body.message === "string") {
      return body as ErrorBody;
    }
  } catch {
    // No JSON: a page of a proxy
  }
  return { message: response.statusText || `HTTP ${response.status}` };
}
