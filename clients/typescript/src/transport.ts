import { ApiError, ConnectionLostError } from "./errors.js";
import { randomId } from "./random.js";
import type { Tokens, TokenStore } from "./tokens.js";

export interface TransportOptions {
  readonly baseUrl: string;
  readonly tokens?: TokenStore;
  /** Called once when the server no longer accepts the session or the tokens: sign in again. */
  readonly onSignedOut?: (error: ApiError) => void;
  /** Replaces `globalThis.fetch`. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

const ATTEMPTS = 6;
const FIRST_WAIT = 250;
/** Milliseconds; a longer `Retry-After` (a locked account) is reported, not waited for. */
const LONGEST_WAIT = 30_000;
/** Milliseconds that a saved answer may take; requests with files and reports may take as long as API Gateway lets them. */
const SHORT_TIMEOUT = 15_000;
const LONG_TIMEOUT = 35_000;

/** POSTs that can be repeated as they are. */
const REPEATABLE =
  /^\/(start-exam|api\/sync-exam-answers|submit-exam|api\/chat\/messages)\/\d+$|^\/(api\/auth\/)?logout$/;
/** POSTs without a caller, for whom the server keeps no keys. Their repetition could count as another wrong password. */
const PUBLIC =
  /^\/(admin\/)?login$|^\/api\/auth\/(login|google|mfa|refresh)$|^\/create_account$|^\/api\/(set-password|request-password-reset|validate-user-for-request|submit-access-request)$/;
const KEY = "idempotency-key";

/** Sends requests as one caller: authorised, repeated where that is safe, and with refusals as `ApiError`. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #prefix: string;
  #refreshing: Promise<Tokens | undefined> | undefined;
  #ahead = 0;

  constructor(options: TransportOptions) {
    this.#options = options;
    // A base without a host is a path of the page's own origin.
    this.#prefix = new URL(options.baseUrl || "/", globalThis.location?.href).pathname.replace(/\/$/, "");
  }

  /** The server's time, as far as its answers told it; accurate to about a second. */
  now(): Date {
    return new Date(Date.now() + this.#ahead);
  }

  /** Tells the time that an answer named as the server's (`server_time`). */
  heard(serverTime: string): void {
    this.#ahead = Date.parse(serverTime) - Date.now() || 0;
  }

  /** Like the global `fetch`, but throws `ApiError` and `ConnectionLostError`. */
  readonly fetch = (request: Request): Promise<Response> => this.#send(request, ATTEMPTS);

  /** The same without repetitions, for callers who repeat themselves. */
  readonly fetchOnce = (request: Request): Promise<Response> => this.#send(request, 1);

  async #send(request: Request, attempts: number): Promise<Response> {
    const path = new URL(request.url).pathname.slice(this.#prefix.length);
    const creates = request.method === "POST" && !REPEATABLE.test(path) && !PUBLIC.test(path);
    if (creates && !request.headers.has(KEY)) {
      request.headers.set(KEY, randomId());
    }
    const repeatable = request.method !== "POST" || creates || REPEATABLE.test(path);
    const timeout = REPEATABLE.test(path) ? SHORT_TIMEOUT : LONG_TIMEOUT;
    const isPublic = PUBLIC.test(path);

    let tokens = isPublic ? undefined : await this.#options.tokens?.load();
    let renewed = false;
    for (let attempt = 1, wait = FIRST_WAIT; ; attempt += 1, wait *= 2) {
      const last = attempt >= attempts;
      let pause = wait * (0.5 + Math.random() / 2);
      try {
        const response = await this.#exchange(request, tokens, timeout);
        if (response.ok) return response;
        const error = await ApiError.from(response);
        if (error.code === "token_expired_or_invalid" && tokens && !renewed) {
          renewed = true;
          tokens = await this.#renewed(tokens);
          if (tokens) {
            attempt -= 1;
            continue;
          }
        }
        if (error.status === 401 && !isPublic) this.#options.onSignedOut?.(error);
        pause = error.retryAfter === undefined ? pause : error.retryAfter * 1000;
        // A request refused with 429 was not carried out; one with 503 may have been in part.
        const again = error.status === 429 || (error.status === 503 && repeatable);
        if (last || !again || pause > LONGEST_WAIT) throw error;
      } catch (error) {
        if (!(error instanceof ConnectionLostError) || last || !repeatable) throw error;
      }
      await sleep(Math.min(pause, LONGEST_WAIT), request.signal);
    }
  }

  /** One exchange; `ConnectionLostError` unless an answer came in time. */
  async #exchange(request: Request, tokens: Tokens | undefined, timeout: number): Promise<Response> {
    const attempt = request.clone();
    if (tokens) attempt.headers.set("authorization", `Bearer ${tokens.access}`);
    const cut = new AbortController();
    const abort = () => cut.abort();
    const timer = setTimeout(abort, timeout);
    request.signal.addEventListener("abort", abort);
    try {
      const send = this.#options.fetch ?? globalThis.fetch;
      const response = await send(new Request(attempt, { signal: cut.signal }));
      // The body is read here, because the connection can also be lost in the middle of it.
      const body = await response.arrayBuffer();
      this.#readClock(response);
      return new Response(body.byteLength ? body : null, response);
    } catch (error) {
      if (request.signal.aborted) throw error;
      throw new ConnectionLostError(`${request.method} ${request.url}: no answer`, { cause: error });
    } finally {
      clearTimeout(timer);
      request.signal.removeEventListener("abort", abort);
    }
  }

  #readClock(response: Response): void {
    const date = Date.parse(response.headers.get("date") ?? "");
    // The header has whole seconds, so half of one is right on average.
    if (date && Math.abs(date + 500 - Date.now() - this.#ahead) > 1000) this.#ahead = date + 500 - Date.now();
  }

  /** New tokens in place of expired ones, by one request however many calls need them; undefined if it is refused. */
  async #renewed(expired: Tokens): Promise<Tokens | undefined> {
    const kept = await this.#options.tokens?.load();
    if (kept && kept.access !== expired.access) return kept;
    this.#refreshing ??= this.#refresh(kept ?? expired).finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #refresh(expired: Tokens): Promise<Tokens | undefined> {
    const request = () =>
      new Request(`${this.#options.baseUrl.replace(/\/$/, "")}/api/auth/refresh`, {
        method: "POST",
        headers: { accept: "application/json", "content-type": "application/json" },
        body: JSON.stringify({ refresh_token: expired.refresh, rotate: true }),
      });
    for (let attempt = 1, wait = FIRST_WAIT; ; attempt += 1, wait *= 2) {
      try {
        // A lost answer can be asked for again for 30 seconds.
        const response = await this.#exchange(request(), undefined, SHORT_TIMEOUT);
        if (response.ok) {
          const { data } = (await response.json()) as { data: { access_token: string; refresh_token: string } };
          const fresh = { access: data.access_token, refresh: data.refresh_token };
          await this.#options.tokens?.save(fresh);
          return fresh;
        }
        const error = await ApiError.from(response);
        if (error.status === 401) return undefined;
        throw error;
      } catch (error) {
        const lost = error instanceof ConnectionLostError || (error instanceof ApiError && error.status === 503);
        if (!lost || attempt === ATTEMPTS) throw error;
        await sleep(wait);
      }
    }
  }
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop);
  });
}
