import { api, saveFile } from "./client";
import { Refusal } from "./failure";
import { finished, type JobOwner } from "./jobs";

/**
 * Fetch a file and give it to the browser to save. Where the server has to make it by a job (202), wait for that.
 *
 * @param onProgress called with the percentage done, while a job runs.
 * @throws ApiError, ConnectionLostError; Refusal if the job failed.
 */
export async function saveDocument(
  path: string,
  name: string,
  owner: JobOwner,
  onProgress: (percent: number) => void,
): Promise<void> {
  const request = new Request(new URL(path, location.origin), { credentials: "include" });
  let answer = await api.transport.fetch(request);
  if (answer.status === 202) {
    const { job_id: jobId } = (await answer.json()) as { job_id: number };
    const job = await finished(jobId, owner, onProgress);
    answer = await fetch(job.download_url ?? "");
    if (!answer.ok) throw new Refusal(`HTTP ${answer.status}`);
  }
  saveFile({ content: await answer.blob(), name });
}
