import { api, type Schema } from "@/shared/api/client";
import { type Loaded, useLoaded } from "@/shared/api/useLoaded";

/** An exam as administrators see it, with what would go wrong on the day. */
export function useExam(id: number): Loaded<Schema<"CheckedExamAnswer">> {
  return useLoaded(`exam ${id}`, (signal) =>
    api.get("/admin/api/exams/{exam_id}", { params: { path: { exam_id: id } }, signal }),
  );
}
