import { useLocation } from "preact-iso";

/** Go to another screen; `replace` leaves no way back to this one. */
export function useNavigate(): (path: string, replace?: boolean) => void {
  return useLocation().route;
}

/** Where an address says to go on to (`?next=`), never to another site. */
export function nextOf(address: string): string | undefined {
  const next = new URL(address, location.origin).searchParams.get("next");
  return next?.startsWith("/app/") ? next : undefined;
}

/** The screen that sets up the second factor, and goes on to an address afterwards. */
export function secondFactorBefore(next: string): string {
  return `/app/second-factor?next=${encodeURIComponent(next)}`;
}
