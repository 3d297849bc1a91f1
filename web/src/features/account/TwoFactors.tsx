import { useState } from "preact/hooks";

import { api, isRefusal, type Reply } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Notice } from "@/shared/components/Notice";

import { texts } from "./accountTexts";
import { QrCode } from "./QrCode";
import { Section } from "./Section";

type Setup = Reply<"post", "/api/account/mfa/setup">;

/** Setting up a second factor, and turning it off. */
export function TwoFactors(props: { onSetUp?: () => void }) {
  const text = texts();
  const [setup, setSetup] = useState<Setup>();
  const [codes, setCodes] = useState<readonly string[]>();
  const [isOff, setOff] = useState(false);
  const beginning = useAction(async () => {
    setOff(false);
    setSetup(await api.post("/api/account/mfa/setup", {}));
  });
  const confirmed = (fresh: readonly string[]): void => {
    setCodes(fresh);
    props.onSetUp?.();
  };
  const isOn = codes !== undefined || isRefusal(beginning.error, "mfa_on");
  return (
    <Section title={text.factors}>
      <p class="muted">{text.factorsText}</p>
      {isOff ? <Notice kind="status">{text.factorsOff}</Notice> : null}
      {isOn ? <Notice kind="status">{text.factorsOn}</Notice> : <Failure error={beginning.error} />}
      {codes ? <RecoveryCodes codes={codes} /> : null}
      {setup && !codes ? <Confirm setup={setup} onConfirmed={confirmed} /> : null}
      {isOn ? (
        <TurnOff
          onOff={() => {
            setCodes(undefined);
            setSetup(undefined);
            beginning.clear();
            setOff(true);
          }}
        />
      ) : null}
      {!isOn && !setup ? (
        <Button busy={beginning.isBusy} onClick={() => beginning.run()}>
          {text.setUp}
        </Button>
      ) : null}
    </Section>
  );
}

function Confirm(props: { setup: Setup; onConfirmed: (codes: readonly string[]) => void }) {
  const text = texts();
  const [code, setCode] = useState("");
  const confirming = useAction(async () => {
    const { recovery_codes } = await api.post("/api/account/mfa/confirm", { body: { code: code.trim() } });
    props.onConfirmed(recovery_codes);
  });
  return (
    <Form onSubmit={() => confirming.run()}>
      <p>{text.secretText}</p>
      <QrCode text={props.setup.otpauth_url} name={text.qrCode} />
      <dl class="account__facts">
        <dt>{text.secret}</dt>
        <dd>
          <code class="account__secret">{props.setup.secret}</code>
        </dd>
      </dl>
      <p>
        <a href={props.setup.otpauth_url}>{text.openApp}</a>
      </p>
      <Failure error={confirming.error} />
      <TextField label={text.code} autoComplete="one-time-code" required focusFirst value={code} onText={setCode} />
      <div>
        <Button kind="primary" type="submit" busy={confirming.isBusy}>
          {text.confirm}
        </Button>
      </div>
    </Form>
  );
}

function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  const text = texts();
  return (
    <>
      <h3>{text.codes}</h3>
      <p>{text.codesText}</p>
      <ul role="list" class="plain-list account__codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
    </>
  );
}

function TurnOff(props: { onOff: () => void }) {
  const text = texts();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const stopping = useAction(async () => {
    await api.post("/api/account/mfa/disable", { body: { password, code: code.trim() } });
    props.onOff();
  });
  return (
    <details class="account__more">
      <summary>{text.turnOff}</summary>
      <Form onSubmit={() => stopping.run()}>
        <Failure error={stopping.error} />
        <TextField
          label={text.currentForFactor}
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onText={setPassword}
        />
        <TextField label={text.codeForFactor} autoComplete="one-time-code" required value={code} onText={setCode} />
        <div>
          <Button kind="danger" type="submit" busy={stopping.isBusy}>
            {text.turnOff}
          </Button>
        </div>
      </Form>
    </details>
  );
}
