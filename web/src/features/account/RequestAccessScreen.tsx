import { useState } from "preact/hooks";

import { api, type Reply, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { SelectField, TextArea, TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Notice } from "@/shared/components/Notice";
import { Page } from "@/shared/components/Page";
import { me } from "@/shared/session/session";

import { BackToSignIn } from "./BackToSignIn";
import { texts } from "./signInTexts";

type Validated = Reply<"post", "/api/validate-user-for-request">;

/** Asking for the administrator's role, signed in or not. */
export default function RequestAccessScreen() {
  const text = texts();
  const [username, setUsername] = useState(me.value?.username ?? "");
  const [email, setEmail] = useState(me.value?.email ?? "");
  const [found, setFound] = useState<Validated>();
  const looking = useAction(async () => {
    setFound(
      await api.post("/api/validate-user-for-request", {
        body: { username: username.trim(), email: email.trim() },
      }),
    );
  });
  return (
    <Page title={text.requestTitle} lead={text.requestLead}>
      {found ? (
        <RequestForm found={found} username={username.trim()} email={email.trim()} />
      ) : (
        <Form onSubmit={() => looking.run()}>
          <Failure error={looking.error} />
          <TextField label={text.usernameOnly} autoComplete="username" required value={username} onText={setUsername} />
          <TextField label={text.email} type="email" autoComplete="email" required value={email} onText={setEmail} />
          <Button kind="primary" type="submit" busy={looking.isBusy}>
            {text.next}
          </Button>
        </Form>
      )}
      <BackToSignIn />
    </Page>
  );
}

function RequestForm(props: { found: Validated; username: string; email: string }) {
  const text = texts();
  const { found } = props;
  const [wanted, setWanted] = useState(found.available_requests[0]);
  const [reason, setReason] = useState("");
  const [number, setNumber] = useState<number>();
  const sending = useAction(async () => {
    if (!wanted) return;
    const answer = await api.post("/api/submit-access-request", {
      body: {
        username: props.username,
        email: props.email,
        current_access: found.user.current_access,
        requested_access: wanted as Schema<"RoleRequest">["requested_access"],
        user_reason: reason,
      },
    });
    setNumber(answer.request_id);
  });
  const names: Record<string, string> = { admin: text.admin, user: text.user, "user,admin": text.both };
  if (number !== undefined) return <Notice kind="status">{text.requestSent(number)}</Notice>;
  if (found.has_pending_request) return <Notice kind="status">{text.requestPending}</Notice>;
  if (found.available_requests.length === 0) return <Notice kind="status">{text.requestNone}</Notice>;
  return (
    <Form onSubmit={() => sending.run()}>
      <Failure error={sending.error} />
      <p class="muted">{text.current(names[found.user.current_access] ?? found.user.current_access)}</p>
      <SelectField
        label={text.wanted}
        value={wanted ?? ""}
        onChoice={(value) => setWanted(found.available_requests.find((offered) => offered === value))}
        options={found.available_requests.map((value) => ({ value, text: names[value] ?? value }))}
      />
      <TextArea label={text.reason} required value={reason} onText={setReason} />
      <Button kind="primary" type="submit" busy={sending.isBusy}>
        {text.submitRequest}
      </Button>
    </Form>
  );
}
