// A whole sitting with the built package against a running platform: EXAM_API is its address, EXAM_ID an ongoing exam of an
// MCQ (B), an MSQ (A and C) and a NUMERIC question (1.41 ± 0.01), four marks each.
import { expect, it } from "vitest";

import { ApiError, ConnectionLostError, createClient, memoryStore, Sitting } from "@smart-exam/client";

const baseUrl = import.meta.env["EXAM_API"];
const examId = Number(import.meta.env["EXAM_ID"]);
const [username, password] = ["student3", "Student@2025demo"];

it("loses no answer in a tunnel, merges what another device answered, and gets full marks", async () => {
  let inTunnel = false;
  const fetch = async (request: Request) => {
    if (inTunnel) throw new TypeError("no network");
    return globalThis.fetch(request);
  };
  const client = createClient({ baseUrl, tokens: true, fetch });
  await client.signIn(username, password);
  const { data: me } = await client.get("/api/auth/me");
  const { exams } = await client.get("/api/exams", { params: { query: { status: "ongoing" } } });
  expect(exams.map(({ id }) => id)).toContain(examId);

  const store = memoryStore();
  const sitting = new Sitting({ client, examId, userId: me.id, store });
  const paper = await sitting.start();
  const [mcq, msq, numeric] = paper.questions.map(({ id }) => id) as [number, number, number];
  expect(sitting.state.phase).toBe("running");
  expect(sitting.remainingSeconds).toBeGreaterThan(3500);
  await sitting.answer(mcq, "B");
  await sitting.sync();
  await sitting.answer(numeric, "one");
  await sitting.sync();
  expect(sitting.state.rejected[numeric]?.code).toBe("not_an_answer");

  inTunnel = true;
  await sitting.answer(msq, ["A", "C"]);
  await sitting.answer(numeric, "1.0");
  await sitting.mark(msq, true);
  await expect(sitting.sync()).rejects.toThrow(ConnectionLostError);
  expect(sitting.state.online).toBe(false);
  sitting.close();

  const phone = createClient({ baseUrl, tokens: true });
  await phone.signIn(username, password);
  const other = new Sitting({ client: phone, examId, userId: me.id });
  await other.start();
  await other.answer(numeric, "1.42");
  await other.sync();
  other.close();

  inTunnel = false;
  const restarted = new Sitting({ client, examId, userId: me.id, store });
  await restarted.open();
  expect(restarted.state.answers).toEqual({ [mcq]: "B", [msq]: ["A", "C"], [numeric]: "1.42" });
  expect([...restarted.state.marked]).toEqual([msq]);
  const submission = await restarted.submit();
  expect(submission.visible).toBe(true);

  const { result } = await client.get("/result/{exam_id}", { params: { path: { exam_id: examId } } });
  expect(result).toMatchObject({ id: submission.result_id, score: 12, correct_answers: 3 });
  const sheet = await client.get("/response-pdf/{exam_id}", {
    params: { path: { exam_id: examId } },
    parseAs: "blob",
  });
  expect(await sheet.slice(0, 5).text()).toBe("%PDF-");
});

it("tells refusals apart", async () => {
  const client = createClient({ baseUrl, tokens: true });
  const refused = await client.get("/api/exams").catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ApiError);
  expect((refused as ApiError).status).toBe(401);
  await client.signIn(username, password);
  const missing = client.get("/api/exams/{exam_id}", { params: { path: { exam_id: 2 ** 50 } } });
  await expect(missing).rejects.toMatchObject({ status: 404, code: "exam_not_found" });
});
