// Compiled, not run: what the types allow and refuse.
import { createClient, type Paper, type Reply, type Schema } from "../src/index.js";

export async function calls(): Promise<unknown> {
  const api = createClient({ baseUrl: "" });
  const { exams, next_cursor } = await api.get("/api/exams", { params: { query: { status: "ongoing" } } });
  const cursor: string | null = next_cursor;
  const exam: Schema<"ExamSummary"> | undefined = exams[0];
  const paper: Paper = await api.get("/exam/{exam_id}", { params: { path: { exam_id: exam?.id ?? 0 } } });
  const answers: Reply<"get", "/exam/{exam_id}">["answers"] = paper.answers;
  const sheet: Blob = await api.get("/response-pdf/{exam_id}", { params: { path: { exam_id: 7 } }, parseAs: "blob" });
  // @ts-expect-error no such path
  await api.get("/nothing");
  // @ts-expect-error no such method of this path
  await api.post("/api/exams", {});
  // @ts-expect-error the path's parameter is missing
  await api.get("/exam/{exam_id}");
  // @ts-expect-error a field of another type
  await api.post("/admin/batches/create", { body: { name: 7 } });
  return [cursor, answers, sheet];
}
