import { ApiError, createClient } from "@smart-exam/client";

export { ApiError, ConnectionLostError } from "@smart-exam/client";
export type { Reply, Schema } from "@smart-exam/client";

type Listener = () => void;
const signedOutListeners = new Set<Listener>();

/** Call a function whenever the server says that there is no session (any more); returns how to stop. */
export function onSignedOut(listener: Listener): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

/** The API at the app's own origin, with the session cookie: typed by its description, repeated where that is safe. */
export const api = createClient({
  baseUrl: "",
  onSignedOut: () => {
    for (const listener of signedOutListeners) listener();
  },
});

export interface DownloadedFile {
  readonly content: Blob;
  readonly name: string;
}

/**
 * Fetch a file.
 *
 * @throws ApiError, ConnectionLostError
 */
export async function download(path: string): Promise<DownloadedFile> {
  const response = await api.transport.fetch(new Request(new URL(path, location.origin), { credentials: "include" }));
  const disposition = response.headers.get("content-disposition") ?? "";
  const name = /filename="?([^";]+)"?/.exec(disposition)?.[1] ?? path.split("/").at(-1) ?? "download";
  return { content: await response.blob(), name };
}

/** Give a file to the browser to save. */
export function saveFile({ content, name }: DownloadedFile): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export function isRefusal(error: unknown, code: string): error is ApiError {
  return error instanceof ApiError && error.code === code;
}
