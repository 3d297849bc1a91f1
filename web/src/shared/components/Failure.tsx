import type { ComponentChild } from "preact";

import { ApiError } from "@/shared/api/client";
import { failureText } from "@/shared/api/failure";
import { useAction } from "@/shared/api/useAction";
import { common } from "@/shared/i18n/common";
import { secondFactorBefore } from "@/shared/navigate";
import { signOut } from "@/shared/session/session";

import { Button, LinkButton } from "./Button";
import { Notice } from "./Notice";

/** An error that a person can do something about: the server's words, and what to do next. */
export function Failure(props: { error: unknown; onRetry?: (() => void) | undefined }) {
  if (!props.error) return null;
  const retry = props.onRetry && !isMissing(props.error) ? <Retry onRetry={props.onRetry} /> : undefined;
  return (
    <Notice kind="alert" actions={nextStep(props.error) ?? retry}>
      {failureText(props.error)}
    </Notice>
  );
}

/** What does not exist will not be there at the next try. */
function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

function nextStep(error: unknown): ComponentChild {
  if (!(error instanceof ApiError)) return undefined;
  if (error.code === "sign_in_again") return <SignInAgain />;
  if (error.code !== "mfa_setup_required") return undefined;
  const address = secondFactorBefore(location.pathname + location.search);
  return <LinkButton href={address}>{common().setUpSecondFactor}</LinkButton>;
}

function Retry({ onRetry }: { onRetry: () => void }) {
  return (
    <Button size="small" onClick={onRetry}>
      {common().tryAgain}
    </Button>
  );
}

/** Signs out, and after the next sign-in leads back here. */
function SignInAgain() {
  const leaving = useAction(() => signOut({ isReturning: true }));
  return (
    <Button size="small" busy={leaving.isBusy} onClick={() => leaving.run()}>
      {common().signInAgain}
    </Button>
  );
}
