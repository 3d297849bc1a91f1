import createFetchClient from "openapi-fetch";
import type { Client, ClientPathsWithMethod, MaybeOptionalInit, MethodResponse } from "openapi-fetch";

import type { components, paths } from "./generated/schema.js";
import { memoryTokens, type TokenStore } from "./tokens.js";
import { Transport, type TransportOptions } from "./transport.js";

type Method = "get" | "post" | "put" | "delete";
type Api = Client<paths>;

/** A shape of the description by its name, for instance `Schema<"ExamSummary">`. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
/** The paths that have this method. */
export type Path<M extends Method> = ClientPathsWithMethod<Api, M>;
/** What a call answers with, for instance `Reply<"get", "/exam/{exam_id}">`. */
export type Reply<M extends Method, P extends Path<M>, Init = object> = MethodResponse<Api, M, P, Init>;

type RequiredKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T];
type Init<T> = RequiredKeys<T> extends never ? [(T & { [key: string]: unknown })?] : [T & { [key: string]: unknown }];
type Call<M extends Method> = <P extends Path<M>, I extends MaybeOptionalInit<paths[P], M>>(
  path: P,
  ...init: Init<I>
) => Promise<Reply<M, P, I>>;

export interface ExamClientOptions extends Omit<TransportOptions, "tokens"> {
  /**
   * Without it, the session cookie is used, which suits web pages. `true` keeps tokens in memory; a store keeps them
   * longer.
   */
  readonly tokens?: TokenStore | true;
}

/** The API as one caller. Calls return the answer's body, and throw `ApiError` and `ConnectionLostError`. */
export interface ExamClient {
  readonly get: Call<"get">;
  readonly post: Call<"post">;
  readonly put: Call<"put">;
  readonly delete: Call<"delete">;
  /** Signs in by username, address or roll number. `ApiError` with code `mfa_required` asks for `enterCode`. */
  signIn(username: string, password: string): Promise<void>;
  /** Completes a sign-in with a second factor; `mfaToken` is `error.body.mfa_token`. */
  enterCode(mfaToken: string, code: string): Promise<void>;
  /** Ends the session, or revokes the refresh token. */
  signOut(): Promise<void>;
  /** The server's time. */
  now(): Date;
  /** For callers with retries of their own, as option `fetch` of a call. */
  readonly transport: Transport;
}

/** Creates a client for web pages (session cookie) or, with `tokens`, for apps and scripts. */
export function createClient({ tokens, ...options }: ExamClientOptions): ExamClient {
  const store = tokens === true ? memoryTokens() : tokens;
  const transport = new Transport(store ? { ...options, tokens: store } : options);
  const api = createFetchClient<paths>({
    baseUrl: options.baseUrl,
    fetch: transport.fetch,
    headers: { accept: "application/json" },
    bodySerializer: serialised,
    credentials: store ? "omit" : "include",
  });
  // TypeScript cannot follow the generics of a call through this function; `Call` states them again.
  const call = <M extends Method>(method: M) =>
    (async (path: never, init: never) => (await api.request(method, path, init)).data) as Call<M>;
  const client: ExamClient = {
    get: call("get"),
    post: call("post"),
    put: call("put"),
    delete: call("delete"),
    transport,
    now: () => transport.now(),
    async signIn(username, password) {
      const body = { username, password };
      if (!store) {
        await client.post("/login", { body });
        return;
      }
      const { data } = await client.post("/api/auth/login", { body });
      await store.save({ access: data.access_token, refresh: data.refresh_token });
    },
    async enterCode(mfaToken, code) {
      const answer = await client.post("/api/auth/mfa", { body: { mfa_token: mfaToken, code } });
      if (store && "data" in answer) {
        await store.save({ access: answer.data.access_token, refresh: answer.data.refresh_token });
      }
    },
    async signOut() {
      if (!store) {
        await client.post("/logout", {});
        return;
      }
      const kept = await store.load();
      await store.save(undefined);
      if (kept) await client.post("/api/auth/logout", { body: { refresh_token: kept.refresh } });
    },
  };
  return client;
}

/** A body with a file as a form, any other as JSON. */
function serialised(body: unknown): FormData | string {
  const fields = Object.entries(body ?? {}) as [string, unknown][];
  if (!fields.some(([, value]) => value instanceof Blob)) return JSON.stringify(body);
  const form = new FormData();
  for (const [name, value] of fields) {
    if (value instanceof Blob) form.append(name, value);
    else if (value !== undefined && value !== null) form.append(name, String(value));
  }
  return form;
}
