import { api, type Reply } from "@/shared/api/client";

const ADDRESS = "https://accounts.google.com/o/oauth2/v2/auth";
/** In the tab's storage: what must come back unchanged, and where the person was going. */
const BEGUN = "google-sign-in";

interface Begun {
  readonly state: string;
  readonly nonce: string;
  readonly search: string;
}

/** What Google's redirect brought back; without a token it did not sign anybody in. */
export interface Returned {
  readonly idToken: string | undefined;
  readonly nonce: string;
  readonly search: string;
}

/** Google's id of this app, null where signing in with Google is not set up. */
export async function googleClient(): Promise<string | null> {
  return (await api.get("/api/auth/google/client")).data.client_id;
}

/** Leave for Google's pages, which send the browser back to this screen. */
export function leaveForGoogle(clientId: string): void {
  const begun: Begun = { state: crypto.randomUUID(), nonce: crypto.randomUUID(), search: location.search };
  sessionStorage.setItem(BEGUN, JSON.stringify(begun));
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: location.origin + location.pathname,
    response_type: "id_token",
    scope: "openid email profile",
    prompt: "select_account",
    state: begun.state,
    nonce: begun.nonce,
  });
  location.assign(`${ADDRESS}?${query.toString()}`);
}

/** What Google sent in the address, if this tab asked for it; the tab's note of having asked is used up. */
export function returned(): Returned | undefined {
  const answer = new URLSearchParams(location.hash.slice(1));
  // Looked at first: storage may be forbidden, and signing in by password does not need it.
  if (!answer.has("state")) return undefined;
  const kept = sessionStorage.getItem(BEGUN);
  if (kept === null) return undefined;
  sessionStorage.removeItem(BEGUN);
  const begun = JSON.parse(kept) as Begun;
  if (answer.get("state") !== begun.state) return undefined;
  return { idToken: answer.get("id_token") ?? undefined, nonce: begun.nonce, search: begun.search };
}

/** Begin a session with Google's token. */
export async function enterWithGoogle(idToken: string, nonce: string): Promise<Reply<"post", "/login/google">> {
  return api.post("/login/google", { body: { id_token: idToken, nonce } });
}
