import { useState } from "preact/hooks";

import { api } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Notice } from "@/shared/components/Notice";
import { Page } from "@/shared/components/Page";

import { BackToSignIn } from "./BackToSignIn";
import { texts } from "./signInTexts";

export default function ForgotPasswordScreen() {
  const text = texts();
  const [email, setEmail] = useState("");
  const [sentTo, setSentTo] = useState<string>();
  const sending = useAction(async () => {
    const address = email.trim();
    await api.post("/api/request-password-reset", { body: { email: address } });
    setSentTo(address);
  });
  return (
    <Page title={text.resetTitle} lead={sentTo ? undefined : text.resetLead}>
      {sentTo ? (
        <Notice kind="status">{text.checkMail(sentTo)}</Notice>
      ) : (
        <Form onSubmit={() => sending.run()}>
          <Failure error={sending.error} />
          <TextField label={text.email} type="email" autoComplete="email" required value={email} onText={setEmail} />
          <Button kind="primary" type="submit" busy={sending.isBusy}>
            {text.sendLink}
          </Button>
        </Form>
      )}
      <BackToSignIn />
    </Page>
  );
}
