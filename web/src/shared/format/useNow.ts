import { useEffect, useState } from "preact/hooks";

import { api } from "@/shared/api/client";

/** The server's time, renewed every so many seconds. */
export function useNow(everySeconds: number): Date {
  const [now, setNow] = useState(() => api.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(api.now()), everySeconds * 1000);
    return () => clearInterval(timer);
  }, [everySeconds]);
  return now;
}
