import { api, type Schema } from "@/shared/api/client";
import { type Loaded, useLoaded } from "@/shared/api/useLoaded";

type Batch = Schema<"BatchView">;

const PARTS = 10;

/** All batches, to choose from: at most a thousand. */
export function useBatches(): Loaded<readonly Batch[]> {
  return useLoaded("batches", async (signal) => {
    const all: Batch[] = [];
    let cursor: string | null = null;
    for (let part = 0; part < PARTS; part += 1) {
      const query: { limit: number; cursor?: string } = { limit: 100, ...(cursor !== null && { cursor }) };
      const answer: Schema<"BatchPage"> = await api.get("/admin/api/batches", { params: { query }, signal });
      all.push(...answer.batches);
      cursor = answer.next_cursor;
      if (cursor === null) break;
    }
    return all;
  });
}
