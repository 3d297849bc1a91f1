import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";

import { api, isRefusal } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button, LinkButton } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Notice } from "@/shared/components/Notice";
import { Page } from "@/shared/components/Page";
import { tellNext } from "@/shared/flash";

import { texts } from "./signInTexts";

export default function SetPasswordScreen() {
  const text = texts();
  const { query, route } = useLocation();
  const [password, setPassword] = useState("");
  const token = query.token;
  const setting = useAction(async () => {
    await api.post("/api/set-password", { body: { token: token ?? "", password } });
    tellNext(text.passwordSet);
    route("/app/login", true);
  });
  const needsLink = !token || isRefusal(setting.error, "link_invalid");
  return (
    <Page title={text.setTitle}>
      {token ? null : <Notice kind="alert">{text.linkMissing}</Notice>}
      <Failure error={setting.error} />
      {needsLink ? (
        <LinkButton href="/app/forgot-password">{text.newLink}</LinkButton>
      ) : (
        <Form onSubmit={() => setting.run()}>
          <TextField
            label={text.newPassword}
            hint={text.passwordHint}
            type="password"
            autoComplete="new-password"
            maxLength={128}
            required
            value={password}
            onText={setPassword}
          />
          <Button kind="primary" type="submit" busy={setting.isBusy}>
            {text.setPassword}
          </Button>
        </Form>
      )}
    </Page>
  );
}
