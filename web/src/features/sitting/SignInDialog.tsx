import { useState } from "preact/hooks";

import { api, isRefusal } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { Dialog } from "@/shared/components/Dialog";
import { Failure } from "@/shared/components/Failure";
import { TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { enter } from "@/shared/session/session";

import { texts } from "./texts";

/** Signing in over the paper, as the one who sits it. */
export function SignInDialog(props: { username: string; onDone: () => Promise<void> }) {
  const text = texts();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [token, setToken] = useState<string>();
  const signing = useAction(async () => {
    if (token === undefined) {
      try {
        await api.signIn(props.username, password);
      } catch (error) {
        if (!isRefusal(error, "mfa_required")) throw error;
        setToken(String(error.body.mfa_token));
        return;
      }
    } else {
      await api.enterCode(token, code.trim());
    }
    await enter();
    await props.onDone();
  });
  return (
    <Dialog title={text.signInAgain}>
      <p>{text.signInText(props.username)}</p>
      <Form onSubmit={() => signing.run()}>
        <Failure error={signing.error} />
        {token === undefined ? (
          <TextField
            label={text.password}
            type="password"
            autoComplete="current-password"
            required
            focusFirst
            value={password}
            onText={setPassword}
          />
        ) : (
          <TextField label={text.code} autoComplete="one-time-code" required focusFirst value={code} onText={setCode} />
        )}
        <Button kind="primary" type="submit" busy={signing.isBusy}>
          {text.signIn}
        </Button>
      </Form>
    </Dialog>
  );
}
