import { api, saveFile } from "@/shared/api/client";
import { Refusal } from "@/shared/api/failure";

const PAUSE = 2000;

/**
 * Fetch the PDF of a result and give it to the browser to save. Large ones are made by a job first.
 *
 * @param onProgress called with the percentage done, while a job runs.
 * @throws ApiError, ConnectionLostError; Refusal if the job failed.
 */
export async function savePdf(examId: number, onProgress: (percent: number) => void): Promise<void> {
  const name = `result-${examId}.pdf`;
  const answer = await api.transport.fetch(request(`/response-pdf/${examId}`));
  if (answer.status !== 202) {
    saveFile({ content: await answer.blob(), name });
    return;
  }
  const { job_id } = (await answer.json()) as { job_id: number };
  for (;;) {
    const { job } = await api.get("/api/jobs/{job_id}", { params: { path: { job_id } } });
    if (job.status === "failed") throw new Refusal(job.message);
    if (job.status === "done" && job.download_url) {
      const file = await fetch(job.download_url);
      saveFile({ content: await file.blob(), name });
      return;
    }
    onProgress(job.percent);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

function request(path: string): Request {
  return new Request(new URL(path, location.origin), { credentials: "include" });
}
