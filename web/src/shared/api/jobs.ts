import { api, type Schema } from "./client";
import { Refusal } from "./failure";

const PAUSE = 1500;

/**
 * Wait for a job of an administrator.
 *
 * @param onProgress called with the percentage done.
 * @throws ApiError, ConnectionLostError; Refusal if it failed.
 */
export async function finished(jobId: number, onProgress: (percent: number) => void): Promise<Schema<"JobView">> {
  for (;;) {
    const { job } = await api.get("/admin/api/jobs/{job_id}", { params: { path: { job_id: jobId } } });
    if (job.status === "done") return job;
    if (job.status === "failed") throw new Refusal(job.message);
    onProgress(job.percent);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
