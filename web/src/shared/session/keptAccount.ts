import { deletePapers, indexedDbStore, keptPrefix, type Store } from "@smart-exam/client";

import type { Schema } from "@/shared/api/client";

type Me = Schema<"Profile">;

/** Where answers, and papers of running attempts with what belongs to them, are kept on the device. */
export const deviceStore: Store = indexedDbStore();

const ACCOUNT = "account";

/** Keep whose paper it is, so that it can be opened while the server cannot be asked. Nothing of it signs in. */
export async function keepAccount(account: Me, examId: number): Promise<void> {
  await deviceStore
    .put(`${keptPrefix(account.id, examId)}${ACCOUNT}`, { ...account, email: "" })
    .catch(() => undefined);
}

/** The account whose paper is kept. There is one at most: a sign-in deletes the papers of others. */
export async function keptAccount(): Promise<Me | undefined> {
  const found = await deviceStore.entries("paper/").catch((): [string, unknown][] => []);
  return found.find(([key]) => key.endsWith(`/${ACCOUNT}`))?.[1] as Me | undefined;
}

/** Delete kept papers, except those of one account. */
export async function forgetPapers(exceptOf?: number): Promise<void> {
  const kept = exceptOf === undefined ? undefined : `paper/${exceptOf}/`;
  await deletePapers(deviceStore, (key) => kept === undefined || !key.startsWith(kept));
}
