import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ApiError, ConnectionLostError, createClient, memoryTokens, type ExamClientOptions } from "../src/index.js";

type Answer = Response | "lost" | ((request: Request) => Response | Promise<Response>);

let requests: Request[];
let answers: Answer[];

function client(options: Partial<ExamClientOptions> = {}) {
  const fetch = async (request: Request): Promise<Response> => {
    requests.push(request.clone());
    const answer = answers.shift() ?? ok();
    if (answer === "lost") throw new TypeError("fetch failed");
    return typeof answer === "function" ? answer(request) : answer;
  };
  return createClient({ baseUrl: "https://exams.test/dev/", fetch, ...options });
}

const ok = (body: object = { success: true }) => Response.json(body);
const refused = (status: number, body: object = {}, headers: Record<string, string> = {}) =>
  Response.json({ status: "error", success: false, message: "No", ...body }, { status, headers });
const expired = () => refused(401, { message: "token_expired_or_invalid" });
const sent = () => requests.map(({ method, url }) => `${method} ${new URL(url).pathname.replace("/dev", "")}`);
const exam = { params: { path: { exam_id: 7 } } };

/** What a promise rejects with, while timers run. */
async function error<E>(promise: Promise<unknown>): Promise<E> {
  const caught = promise.then(
    () => expect.fail("it did not fail"),
    (reason: unknown) => reason,
  );
  await vi.runAllTimersAsync();
  return (await caught) as E;
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-01-05T04:30:00Z") });
  requests = [];
  answers = [];
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a call", () => {
  it("returns the body, below the stage of the base address", async () => {
    answers = [ok({ success: true, exams: [], next_cursor: null })];
    const query = { status: "ongoing" } as const;
    expect(await client().get("/api/exams", { params: { query } })).toEqual({
      success: true,
      exams: [],
      next_cursor: null,
    });
    expect(requests[0]?.url).toBe("https://exams.test/dev/api/exams?status=ongoing");
    expect(requests[0]?.headers.get("accept")).toBe("application/json");
    expect(requests[0]?.credentials).toBe("include");
  });

  it("sends files as a form", async () => {
    const csv_file = new File(["Name,E-mail"], "roster.csv");
    await client().post("/admin/students/import-csv", { body: { csv_file, batch_id: 5 } });
    const form = await requests[0]!.formData();
    expect(form.get("batch_id")).toBe("5");
    expect((form.get("csv_file") as File).name).toBe("roster.csv");
  });

  it("returns nothing for 204", async () => {
    answers = [new Response(null, { status: 204 })];
    expect(await client().post("/_ping", {})).toBeUndefined();
  });

  it("knows the server's time", async () => {
    const api = client();
    answers = [Response.json({}, { headers: { date: "Mon, 05 Jan 2026 05:30:00 GMT" } })];
    await api.get("/api/exams");
    expect(api.now()).toEqual(new Date("2026-01-05T05:30:00.500Z"));
  });
});

describe("a refusal", () => {
  it("is an ApiError with code, message, status, fields and wait", async () => {
    const errors = [{ field: "name", message: "This field is required" }];
    answers = [refused(400, { code: "invalid_fields", message: "name: …", errors }, { "retry-after": "60" })];
    const caught = await error<ApiError>(client().get("/api/exams"));
    expect(caught).toBeInstanceOf(ApiError);
    expect(caught).toMatchObject({ status: 400, code: "invalid_fields", message: "name: …", retryAfter: 60 });
    expect(caught.fields).toEqual({ name: "This field is required" });
  });

  it("of a proxy has a message too", async () => {
    answers = [new Response("<h1>Bad gateway</h1>", { status: 502, statusText: "Bad Gateway" })];
    expect(await error<ApiError>(client().get("/api/exams"))).toMatchObject({
      status: 502,
      code: "",
      message: "Bad Gateway",
    });
  });

  it("of the session is told to the page, but a wrong password is not", async () => {
    const onSignedOut = vi.fn();
    const api = client({ onSignedOut });
    answers = [refused(401, { code: "invalid_credentials" })];
    await error(api.signIn("student1", "wrong"));
    expect(onSignedOut).not.toHaveBeenCalled();
    answers = [refused(401)];
    await error(api.get("/api/exams"));
    expect(onSignedOut).toHaveBeenCalledOnce();
  });
});

describe("repetitions", () => {
  const repeated = async (call: Promise<unknown>) => {
    await vi.runAllTimersAsync();
    return call;
  };

  it("follow a lost connection, up to six times", async () => {
    answers = ["lost", "lost"];
    await repeated(client().get("/api/exams"));
    expect(requests.length).toBe(3);
    answers = Array<Answer>(9).fill("lost");
    expect(await error(client().get("/api/exams"))).toBeInstanceOf(ConnectionLostError);
    expect(requests.length).toBe(3 + 6);
  });

  it("follow an answer that breaks off in the middle", async () => {
    const broken = new ReadableStream({ pull: (stream) => stream.error(new TypeError("terminated")) });
    answers = [new Response(broken)];
    await repeated(client().get("/api/exams"));
    expect(requests.length).toBe(2);
  });

  it("follow silence", async () => {
    answers = [
      ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    ];
    const call = client().get("/api/exams");
    await vi.advanceTimersByTimeAsync(34_000);
    expect(requests.length).toBe(1);
    await repeated(call);
    expect(requests.length).toBe(2);
  });

  it("of what creates something have one key, which the caller may choose", async () => {
    answers = ["lost", refused(503)];
    await repeated(
      client()
        .post("/api/submit-access-request", {} as never)
        .catch(() => undefined),
    );
    expect(requests[0]?.headers.has("idempotency-key")).toBe(false);
    expect(requests.length).toBe(1);
    answers = ["lost", refused(503)];
    await repeated(client().post("/admin/batches/create", { body: { name: "Morning" } }));
    const keys = requests.slice(1).map(({ headers }) => headers.get("idempotency-key"));
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), keys[0], keys[0]]);
    await client().post("/admin/batches/create", { body: { name: "Noon" }, headers: { "Idempotency-Key": "mine" } });
    expect(requests.at(-1)?.headers.get("idempotency-key")).toBe("mine");
  });

  it("need no key where the server knows the repetition itself", async () => {
    answers = ["lost"];
    await repeated(client().post("/submit-exam/{exam_id}", exam));
    expect(requests.map(({ headers }) => headers.has("idempotency-key"))).toEqual([false, false]);
  });

  it("are not made of sign-ins, which count", async () => {
    answers = ["lost"];
    await error(client().signIn("student1", "x"));
    expect(requests.length).toBe(1);
  });

  it("wait as long as the server asks, unless that is long", async () => {
    answers = [refused(429, {}, { "retry-after": "2" })];
    const call = client().post("/admin/batches/create", { body: { name: "Morning" } });
    await vi.advanceTimersByTimeAsync(1_900);
    expect(requests.length).toBe(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(requests.length).toBe(2);
    await call;
    answers = [refused(429, { code: "locked" }, { "retry-after": "900" })];
    expect(await error(client().get("/api/exams"))).toMatchObject({ code: "locked", retryAfter: 900 });
  });

  it("end when the caller aborts", async () => {
    const abort = new AbortController();
    answers = ["lost", "lost"];
    const call = client().get("/api/exams", { signal: abort.signal });
    const ended = expect(call).rejects.toThrow("left the page");
    await vi.advanceTimersByTimeAsync(10);
    abort.abort(new Error("left the page"));
    await ended;
    expect(requests.length).toBe(1);
  });
});

describe("tokens", () => {
  const pair = (name: string) => ({ data: { access_token: `access-${name}`, refresh_token: `refresh-${name}` } });

  it("are kept by signing in, sent with calls, and revoked by signing out", async () => {
    const api = client({ tokens: true });
    answers = [ok(pair("1"))];
    await api.signIn("student1", "secret");
    await api.get("/api/exams");
    await api.signOut();
    expect(sent()).toEqual(["POST /api/auth/login", "GET /api/exams", "POST /api/auth/logout"]);
    expect(requests[1]?.headers.get("authorization")).toBe("Bearer access-1");
    expect(requests[1]?.credentials).toBe("omit");
    expect(await requests[2]?.json()).toEqual({ refresh_token: "refresh-1" });
    await api.get("/api/exams");
    expect(requests[3]?.headers.has("authorization")).toBe(false);
  });

  it("come from a second factor too", async () => {
    const api = client({ tokens: true });
    answers = [refused(401, { code: "mfa_required", mfa_token: "m" }), ok(pair("1"))];
    const { body } = await error<ApiError>(api.signIn("student1", "secret"));
    await api.enterCode(String(body["mfa_token"]), "123456");
    await api.get("/api/exams");
    expect(requests[2]?.headers.get("authorization")).toBe("Bearer access-1");
  });

  it("are renewed once for all calls that find them expired, and stored before they are used", async () => {
    const tokens = memoryTokens({ access: "access-0", refresh: "refresh-0" });
    const save = vi.spyOn(tokens, "save");
    answers = [expired(), expired(), expired(), ok(pair("1"))];
    const api = client({ tokens });
    await Promise.all([api.get("/api/exams"), api.get("/api/results"), api.get("/api/categories")]);
    expect(sent().filter((call) => call.endsWith("/refresh")).length).toBe(1);
    expect(await requests[3]?.json()).toEqual({ refresh_token: "refresh-0", rotate: true });
    expect(save).toHaveBeenCalledExactlyOnceWith({ access: "access-1", refresh: "refresh-1" });
    expect(requests.slice(4).map(({ headers }) => headers.get("authorization"))).toEqual(
      Array(3).fill("Bearer access-1"),
    );
  });

  it("that another process renewed meanwhile are taken from the store", async () => {
    const tokens = memoryTokens({ access: "access-0", refresh: "refresh-0" });
    answers = [
      () => {
        void tokens.save({ access: "access-9", refresh: "refresh-9" });
        return expired();
      },
    ];
    await client({ tokens }).get("/api/exams");
    expect(sent()).toEqual(["GET /api/exams", "GET /api/exams"]);
    expect(requests[1]?.headers.get("authorization")).toBe("Bearer access-9");
  });

  it("are asked for again with the old one when the answer got lost", async () => {
    const tokens = memoryTokens({ access: "access-0", refresh: "refresh-0" });
    answers = [expired(), "lost", ok(pair("1"))];
    const call = client({ tokens }).get("/api/exams");
    await vi.runAllTimersAsync();
    await call;
    expect(await requests[2]?.json()).toEqual({ refresh_token: "refresh-0", rotate: true });
  });

  it("that cannot be renewed mean signing in again", async () => {
    const onSignedOut = vi.fn();
    const tokens = memoryTokens({ access: "access-0", refresh: "refresh-0" });
    answers = [expired(), refused(401, { message: "refresh_token_revoked" })];
    const caught = await error<ApiError>(client({ tokens, onSignedOut }).get("/api/exams"));
    expect(caught.code).toBe("token_expired_or_invalid");
    expect(onSignedOut).toHaveBeenCalledOnce();
    expect(requests.length).toBe(2);
  });
});
