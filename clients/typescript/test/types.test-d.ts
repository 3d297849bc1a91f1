import { createClient } from "../src/index.js";
const c = createClient({ baseUrl: "" });
export async function f() {
  const { exams } = await c.get("/api/exams", { params: { query: { status: "ongoing" } } });
  const first = exams[0]!;
  const paper = await c.get("/exam/{exam_id}", { params: { path: { exam_id: first.id } } });
  const q: number = paper.questions[0]!.id;
  // @ts-expect-error wrong path
  await c.get("/nothing");
  // @ts-expect-error missing params
  await c.get("/exam/{exam_id}");
  const pdf: Blob = await c.get("/response-pdf/{exam_id}", { params: { path: { exam_id: 1 } }, parseAs: "blob" });
  return [q, pdf];
}
export async function u() {
  const c = createClient({ baseUrl: "" });
  await c.post("/admin/students/import-csv", { body: { csv_file: new File(["a"], "a.csv") } });
}
