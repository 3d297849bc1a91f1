import { useEffect, useState } from "preact/hooks";

import { common } from "@/shared/i18n/common";

/** A sign of work in progress, shown only if it takes longer than a moment. */
export function Loading() {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 250);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="loading" aria-busy="true">
      {isLate ? <span class="loading__bar">{common().loading}</span> : null}
    </div>
  );
}
