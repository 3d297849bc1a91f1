import { useState } from "preact/hooks";

import { api, isRefusal } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Page } from "@/shared/components/Page";
import { enter } from "@/shared/session/session";

import { texts } from "./signInTexts";

/** Signing in; the app goes on as soon as somebody is signed in. */
export default function LoginScreen() {
  const text = texts();
  const [token, setToken] = useState<string>();
  return (
    <Page title={text.signIn}>
      {token === undefined ? (
        <PasswordForm onSecondFactor={setToken} />
      ) : (
        <CodeForm token={token} onStartAgain={() => setToken(undefined)} />
      )}
    </Page>
  );
}

function PasswordForm(props: { onSecondFactor: (token: string) => void }) {
  const text = texts();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const signing = useAction(async () => {
    try {
      await api.signIn(username.trim(), password);
    } catch (error) {
      if (!isRefusal(error, "mfa_required")) throw error;
      props.onSecondFactor(String(error.body.mfa_token));
      return;
    }
    await enter();
  });
  return (
    <Form onSubmit={() => signing.run()}>
      <Failure error={signing.error} />
      <TextField
        label={text.username}
        autoComplete="username"
        autoCapitalize="none"
        required
        value={username}
        onText={setUsername}
      />
      <TextField
        label={text.password}
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onText={setPassword}
      />
      <Button kind="primary" type="submit" busy={signing.isBusy}>
        {text.signIn}
      </Button>
      <div class="row row--apart small">
        <a href="/app/forgot-password">{text.forgot}</a>
        <a href="/app/signup">{text.create}</a>
      </div>
    </Form>
  );
}

function CodeForm(props: { token: string; onStartAgain: () => void }) {
  const text = texts();
  const [code, setCode] = useState("");
  const verifying = useAction(async () => {
    await api.enterCode(props.token, code.trim());
    await enter();
  });
  return (
    <Form onSubmit={() => verifying.run()}>
      <Failure error={verifying.error} />
      <TextField
        label={text.code}
        hint={text.codeHint}
        autoComplete="one-time-code"
        required
        focusFirst
        value={code}
        onText={setCode}
      />
      <Button kind="primary" type="submit" busy={verifying.isBusy}>
        {text.verify}
      </Button>
      <Button kind="quiet" onClick={props.onStartAgain}>
        {text.startAgain}
      </Button>
    </Form>
  );
}
