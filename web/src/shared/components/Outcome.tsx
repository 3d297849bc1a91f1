import type { Change } from "@/shared/api/useChange";

import { Failure } from "./Failure";
import { Notice } from "./Notice";

/** What came of changes: their errors, and what the last successful ones did. */
export function Outcome(props: { of: readonly Pick<Change<never[]>, "error" | "told">[] }) {
  return (
    <>
      {props.of.map(({ error, told }, index) => (
        <>
          <Failure key={`error ${index}`} error={error} />
          {told ? (
            <Notice key={`told ${index}`} kind="status">
              {told}
            </Notice>
          ) : null}
        </>
      ))}
    </>
  );
}
