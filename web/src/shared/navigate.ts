import { useLocation } from "preact-iso";

/** Go to another screen; `replace` leaves no way back to this one. */
export function useNavigate(): (path: string, replace?: boolean) => void {
  return useLocation().route;
}
