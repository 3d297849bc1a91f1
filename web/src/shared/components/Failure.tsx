import { failureText } from "@/shared/api/failure";
import { common } from "@/shared/i18n/common";

import { Button } from "./Button";
import { Notice } from "./Notice";

/** An error that a person can do something about: the server's words, and a way to try again. */
export function Failure(props: { error: unknown; onRetry?: (() => void) | undefined }) {
  if (!props.error) return null;
  return (
    <Notice
      kind="alert"
      actions={
        props.onRetry ? (
          <Button size="small" onClick={props.onRetry}>
            {common().tryAgain}
          </Button>
        ) : undefined
      }
    >
      {failureText(props.error)}
    </Notice>
  );
}
