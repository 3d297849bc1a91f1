import { keptPrefix, type Paper } from "@smart-exam/client";

import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";

import { deviceStore } from "@/shared/session/keptAccount";

/** Bytes of pictures that are kept for one paper. */
const MOST_BYTES = 100_000_000;

/** The addresses of all pictures of a paper, in the order in which they are met. */
export function picturesOf(paper: Pick<Paper, "questions" | "passages">): readonly string[] {
  const passages = new Map(paper.passages.map(({ id, image_url }) => [id, image_url]));
  const found = paper.questions.flatMap((question) => [
    question.passage_id === null ? null : passages.get(question.passage_id),
    question.image_url,
    ...Object.values(question.option_image_urls),
  ]);
  return [...new Set(found.filter((address): address is string => Boolean(address)))];
}

/** Keep the pictures of a paper on the device, one after the other, beside the paper and for as long. */
export async function keepPictures(userId: number, paper: Paper, isGone: () => boolean): Promise<void> {
  let left = MOST_BYTES;
  for (const address of picturesOf(paper)) {
    if (isGone() || left <= 0) return;
    const key = keyOf(userId, paper.exam.id, address);
    try {
      let picture = await kept(key);
      if (!picture) {
        // Not the copy that an `img` may have left in the browser's cache: it cannot be read if it is from another host.
        const answer = await fetch(address, { cache: "reload", credentials: "same-origin" });
        if (!answer.ok) continue;
        picture = await answer.blob();
        if (!isGone()) await deviceStore.put(key, picture);
      }
      left -= picture.size;
    } catch {
      // Shown from the network, while there is one.
    }
  }
}

/** Addresses may have a signature that changes. */
function keyOf(userId: number, examId: number, address: string): string {
  return `${keptPrefix(userId, examId)}picture${new URL(address, location.origin).pathname}`;
}

async function kept(key: string): Promise<Blob | undefined> {
  const picture = (await deviceStore.entries(key))[0]?.[1];
  return picture instanceof Blob ? picture : undefined;
}

/** Whose paper of which exam is shown. */
export const PaperShown = createContext({ userId: 0, examId: 0 });

/** The address of a picture, and what to call if it cannot be loaded: then it is that of the kept copy, if there is one. */
export function usePicture(address: string): { readonly source: string; readonly onError: () => void } {
  const { userId, examId } = useContext(PaperShown);
  const [copy, setCopy] = useState<string>();
  useEffect(() => () => (copy === undefined ? undefined : URL.revokeObjectURL(copy)), [copy]);
  const onError = (): void => {
    if (copy !== undefined) return;
    kept(keyOf(userId, examId, address)).then(
      (picture) => {
        if (picture) setCopy(URL.createObjectURL(picture));
      },
      () => undefined,
    );
  };
  return { source: copy ?? address, onError };
}
