import { api, type Schema } from "./client";
import { Refusal } from "./failure";

const PAUSE = 1500;

/** Whose jobs are asked for: one's own, or those of administrators. */
export type JobOwner = "self" | "admin";

/**
 * Wait for a job.
 *
 * @param onProgress called with the percentage done.
 * @throws ApiError, ConnectionLostError; Refusal if it failed.
 */
export async function finished(
  jobId: number,
  owner: JobOwner,
  onProgress: (percent: number) => void,
): Promise<Schema<"JobView">> {
  const init = { params: { path: { job_id: jobId } } };
  for (;;) {
    const { job } =
      owner === "self" ? await api.get("/api/jobs/{job_id}", init) : await api.get("/admin/api/jobs/{job_id}", init);
    if (job.status === "done") return job;
    if (job.status === "failed") throw new Refusal(job.message, job.code);
    onProgress(job.percent);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
