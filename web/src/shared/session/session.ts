import { signal } from "@preact/signals";

import { api, ApiError, onSignedOut, type Schema } from "@/shared/api/client";
import { kept } from "@/shared/storage/kept";

import { forgetPapers, keptAccount } from "./keptAccount";

export type Portal = "user" | "admin";

export type Me = Schema<"Profile">;

/** Who is signed in: undefined until the server was asked, null if nobody is. */
export const me = signal<Me | null | undefined>(undefined);

/** Whether the server has not been asked yet who that is: a kept paper is open, and the server cannot be reached. */
export const isRecalled = signal(false);

/** Milliseconds for which a server that does not answer keeps a kept paper from being opened. */
const PATIENCE = 4000;

/** Whether somebody signed in here and did not sign out: spares asking the server on the sign-in screen. */
const hint = kept("signed-in", (text) => (text === "1" ? text : undefined));
const channel = new BroadcastChannel("session");

let hasLeft = false;

/** Whether nobody is signed in because somebody signed out, so that the next one is not led to where that one was. */
export function wasSignedOut(): boolean {
  return hasLeft;
}

export function wasSignedIn(): boolean {
  return hint.read() !== undefined;
}

/**
 * Ask the server who is signed in, and tell the other tabs if that changed here.
 *
 * @throws ConnectionLostError there was no answer.
 */
export async function loadMe(): Promise<Me | null> {
  const recalled = me.peek() === undefined && wasSignedIn() ? await keptAccount() : undefined;
  try {
    // Whose paper is kept here need not wait until all repetitions have failed.
    const once = { fetch: api.transport.fetchOnce, signal: AbortSignal.timeout(PATIENCE) };
    const found = (await api.get("/api/auth/me", recalled || isRecalled.peek() ? once : {})).data;
    me.value = found;
    isRecalled.value = false;
    hint.write("1");
    hasLeft = false;
    void forgetPapers(found.id);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      isRecalled.value = false;
      // A screen that keeps what is on it asks for the password in place.
      if (keepers.size === 0) forget();
    } else {
      if (recalled) {
        me.value = recalled;
        isRecalled.value = true;
      }
      throw error;
    }
  }
  return me.value ?? null;
}

/** After a sign-in by whatever way: read the account, and tell the other tabs. */
export async function enter(): Promise<Me | null> {
  const found = await loadMe();
  channel.postMessage({ user: found?.id ?? null });
  return found;
}

/** End the session; who `isReturning` is led back by the next sign-in to where they were. */
export async function signOut({ isReturning = false } = {}): Promise<void> {
  void forgetPapers();
  try {
    await api.signOut();
  } catch (error) {
    // A session that has ended already needs no signing out.
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
  }
  hasLeft = !isReturning;
  forget();
  channel.postMessage({ user: null });
}

function forget(): void {
  void forgetPapers();
  me.value = null;
  hint.write(undefined);
}

/** Screens that keep what is on them when the session ends ask for the password in place. */
const keepers = new Set<() => void>();

/** Take over what happens when the session ends, until the returned function is called. */
export function onSessionEnd(handler: () => void): () => void {
  keepers.add(handler);
  return () => keepers.delete(handler);
}

function ended(): void {
  if (keepers.size > 0) for (const keeper of keepers) keeper();
  else if (me.value) forget();
}

onSignedOut(ended);

channel.addEventListener("message", (event: MessageEvent<{ user: number | null }>) => {
  const { user } = event.data;
  if (user === me.value?.id) return;
  hasLeft = user === null;
  if (user === null) ended();
  else if (keepers.size > 0) ended();
  else void loadMe().catch(() => undefined);
});

export function hasPortal(account: Me, portal: Portal): boolean {
  return account.available_portals.includes(portal);
}

/** Where an account begins. */
export function homeOf(account: Me): string {
  return hasPortal(account, "user") ? "/app/exams" : "/app/admin/exams";
}
