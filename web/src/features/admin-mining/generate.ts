import { api, type Schema } from "@/shared/api/client";
import { Refusal } from "@/shared/api/failure";

import { byMessage, type Warning } from "./warnings";

export type Draft = Schema<"DraftQuestion">;

export const MARKS_FIELDS = [
  "mcq_plus",
  "mcq_minus",
  "msq_plus",
  "msq_minus",
  "numeric_plus",
  "numeric_tolerance",
] as const;
export type MarksField = (typeof MARKS_FIELDS)[number];

export interface Wanted {
  readonly mode: "extract" | "mine" | "pure";
  readonly examId: number;
  readonly file: File | undefined;
  readonly topic: string;
  readonly difficulty: string;
  /** Marks of right and wrong answers by type, and the tolerance of numbers, as typed; empty for the usual ones. */
  readonly marks: Readonly<Partial<Record<MarksField, string>>>;
  /** What else new questions should be like. */
  readonly instructions: string;
  /** The most of each type, as typed; empty for no limit. */
  readonly counts: { readonly mcq: string; readonly msq: string; readonly numeric: string };
}

export interface Found {
  readonly questions: readonly Draft[];
  readonly warnings: readonly Warning[];
}

const PAUSE = 1500;
/** API Gateway takes 10 MB; a form adds a little. Larger files go to the storage directly. */
const DIRECT_LIMIT = 4 * 1024 * 1024;

/**
 * Have questions read or made; waits for the job where it becomes one.
 *
 * @param onProgress called with the percentage done.
 * @throws ApiError, ConnectionLostError; Refusal if the work failed.
 */
export async function generate(wanted: Wanted, onProgress: (percent: number) => void): Promise<Found> {
  const { file, counts } = wanted;
  const fields = {
    mode: wanted.mode,
    exam_id: wanted.examId,
    difficulty: wanted.difficulty,
    ...(counts.mcq && { mcq_count: counts.mcq }),
    ...(counts.msq && { msq_count: counts.msq }),
    ...(counts.numeric && { numeric_count: counts.numeric }),
    ...Object.fromEntries(Object.entries(wanted.marks).filter(([, amount]) => amount.trim() !== "")),
    ...(wanted.mode !== "extract" && wanted.instructions.trim() && { custom_instructions: wanted.instructions.trim() }),
    ...(wanted.mode === "pure" && { topic: wanted.topic.trim() }),
  };
  if (file && file.size > DIRECT_LIMIT) return afterUpload(file, fields, onProgress);
  const body = { ...fields, ...(file && { pdf_file: file }) };
  const answer: object = await api.post("/admin/ai-command-centre/generate", { body: body as never });
  if ("job_id" in answer) return finished(Number(answer.job_id), onProgress);
  return foundIn(answer as Schema<"Generated">);
}

async function afterUpload(file: File, fields: object, onProgress: (percent: number) => void): Promise<Found> {
  const place = await api.post("/admin/ai-command-centre/upload-url", {
    body: { ...fields, filename: file.name, size: file.size } as never,
  });
  const form = new FormData();
  for (const [name, value] of Object.entries(place.fields)) form.append(name, value);
  form.append("file", file);
  const sent = await fetch(place.url, { method: "POST", body: form });
  if (!sent.ok) throw new Refusal(`HTTP ${sent.status}`);
  return finished(place.job_id, onProgress);
}

async function finished(jobId: number, onProgress: (percent: number) => void): Promise<Found> {
  for (;;) {
    const job = await api.get("/admin/ai-command-centre/jobs/{job_id}", { params: { path: { job_id: jobId } } });
    if (job.status === "failed") throw new Refusal(job.message, job.code);
    if (job.status === "done") return foundIn(job);
    onProgress(job.percent);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

function foundIn(answer: Pick<Schema<"Generated">, "questions" | "warnings">): Found {
  return { questions: answer.questions, warnings: byMessage(answer.warnings) };
}
