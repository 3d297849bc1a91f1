import { useEffect, useState } from "preact/hooks";

import { api, isRefusal, type Reply } from "@/shared/api/client";
import { Refusal } from "@/shared/api/failure";
import { useAction } from "@/shared/api/useAction";
import { useLoaded } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Page } from "@/shared/components/Page";
import { nextOf, secondFactorBefore, useNavigate } from "@/shared/navigate";
import { enter } from "@/shared/session/session";

import { enterWithGoogle, googleClient, leaveForGoogle, returned } from "./google";
import { texts } from "./signInTexts";

/** Signing in; the app goes on as soon as somebody is signed in. */
export default function LoginScreen() {
  const text = texts();
  const [token, setToken] = useState<string>();
  return (
    <Page title={text.signIn}>
      {token === undefined ? (
        <div class="stack">
          <PasswordForm onSecondFactor={setToken} />
          <GoogleSignIn onSecondFactor={setToken} />
        </div>
      ) : (
        <CodeForm token={token} onStartAgain={() => setToken(undefined)} />
      )}
    </Page>
  );
}

type OnSecondFactor = (token: string) => void;

/** The `redirect_url` of a sign-in without the second factor that the institute requires. */
const SET_UP = "/second-factor";

/**
 * Sign in by `way`, with the second factor where the account has one. Whoever has to set one up is led there first, and
 * from there to where they were going.
 */
async function signInBy(
  way: Promise<Reply<"post", "/login">>,
  onSecondFactor: OnSecondFactor,
  navigate: (path: string, replace?: boolean) => void,
): Promise<void> {
  try {
    const { redirect_url } = await way;
    if (redirect_url === SET_UP) {
      const next = secondFactorBefore(nextOf(location.href) ?? "/app/");
      navigate(`/app/login?next=${encodeURIComponent(next)}`, true);
    }
  } catch (error) {
    if (!isRefusal(error, "mfa_required")) throw error;
    onSecondFactor(String(error.body.mfa_token));
    return;
  }
  await enter();
}

/** The way to Google and back, where it is set up. */
function GoogleSignIn(props: { onSecondFactor: OnSecondFactor }) {
  const text = texts();
  const navigate = useNavigate();
  const [back] = useState(returned);
  const client = useLoaded("", googleClient).data;
  const signing = useAction(async () => {
    if (back?.idToken === undefined) throw new Refusal(text.googleRefused);
    await signInBy(enterWithGoogle(back.idToken, back.nonce), props.onSecondFactor, navigate);
  });
  useEffect(() => {
    if (back === undefined) return;
    navigate(`/app/login${back.search}`, true); // the token does not stay in the address
    signing.run();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, for what the address had when the screen opened
  }, [back]);
  return (
    <>
      <Failure error={signing.error} />
      {client && (
        <Button busy={signing.isBusy} onClick={() => leaveForGoogle(client)}>
          {text.google}
        </Button>
      )}
    </>
  );
}

function PasswordForm(props: { onSecondFactor: OnSecondFactor }) {
  const text = texts();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const navigate = useNavigate();
  const signing = useAction(() => {
    const body = { username: username.trim(), password };
    return signInBy(api.post("/login", { body }), props.onSecondFactor, navigate);
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
