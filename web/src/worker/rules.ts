/** What the worker answers with: the app's page, a file of the build, or nothing, so that the network answers. */
export type Source = "page" | "file" | "network";

export interface Asked {
  readonly method: string;
  /** Whether it is the address of a page, typed or followed. */
  readonly isPage: boolean;
  readonly url: string;
}

/** Where the answer to a request comes from. Answers of the API are never among it: they are not the worker's to keep. */
export function sourceOf({ method, isPage, url }: Asked, scope: string, files: ReadonlySet<string>): Source {
  if (method !== "GET" || !url.startsWith(scope)) return "network";
  if (isPage) return "page";
  return files.has(url.slice(scope.length)) ? "file" : "network";
}

/** Whether one of the locks that tabs hold is that of an exam being sat. */
export function isSitting(locks: readonly { readonly name?: string }[]): boolean {
  return locks.some(({ name }) => name?.startsWith("sitting/"));
}
