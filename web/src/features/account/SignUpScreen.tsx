import { useState } from "preact/hooks";

import { api, ApiError } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { NameFields, namesOf } from "@/shared/components/NameFields";
import { Notice } from "@/shared/components/Notice";
import { Page } from "@/shared/components/Page";

import { BackToSignIn } from "./BackToSignIn";
import { texts } from "./signInTexts";

export default function SignUpScreen() {
  const text = texts();
  const [name, setName] = useState(namesOf(""));
  const [email, setEmail] = useState("");
  const [sentTo, setSentTo] = useState<string>();
  const creating = useAction(async () => {
    const address = email.trim();
    await api.post("/create_account", { body: { ...name, email: address } });
    setSentTo(address);
  });
  const wrong = creating.error instanceof ApiError ? creating.error.fields : {};
  return (
    <Page title={text.create}>
      {sentTo ? (
        <Notice kind="status">{text.checkMail(sentTo)}</Notice>
      ) : (
        <Form onSubmit={() => creating.run()}>
          <Failure error={creating.error} />
          <NameFields name={name} errors={wrong} onChange={setName} />
          <TextField
            label={text.email}
            type="email"
            autoComplete="email"
            required
            value={email}
            error={wrong.email}
            onText={setEmail}
          />
          <Button kind="primary" type="submit" busy={creating.isBusy}>
            {text.createAccount}
          </Button>
        </Form>
      )}
      <BackToSignIn />
    </Page>
  );
}
