import { useState } from "preact/hooks";

import { api, ApiError } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { Dialog } from "@/shared/components/Dialog";
import { Failure } from "@/shared/components/Failure";
import { SelectField, TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { NameFields, namesOf } from "@/shared/components/NameFields";
import { Notice } from "@/shared/components/Notice";
import { Page } from "@/shared/components/Page";
import { tellNext } from "@/shared/flash";
import { day } from "@/shared/format/time";
import { chooseLanguage, language } from "@/shared/i18n/language";
import { loadMe, me, type Me, signOut } from "@/shared/session/session";
import { chooseTheme, chosenTheme } from "@/shared/styles/theme";

import "./account.css";
import { texts } from "./accountTexts";
import { Section } from "./Section";
import { Sessions } from "./Sessions";
import { TwoFactors } from "./TwoFactors";

/** Everything about the account of the one who is signed in. */
export default function AccountScreen() {
  const account = me.value;
  if (!account) return null;
  return (
    <Page title={texts().account} lead={account.full_name}>
      <div class="account">
        <Profile account={account} />
        <Display />
        <Password />
        <TwoFactors />
        <Sessions />
        <Leave />
      </div>
    </Page>
  );
}

function Profile({ account }: { account: Me }) {
  const text = texts();
  const [name, setName] = useState(() => namesOf(account.full_name));
  const [isSaved, setSaved] = useState(false);
  const saving = useAction(async () => {
    setSaved(false);
    await api.put("/api/account/profile", { body: { ...name } });
    await loadMe();
    setSaved(true);
  });
  const wrong = saving.error instanceof ApiError ? saving.error.fields : {};
  const roles: Record<string, string> = { admin: text.admin, user: text.user, "user,admin": text.both };
  return (
    <Section title={text.profile}>
      <dl class="account__facts">
        <dt>{text.username}</dt>
        <dd>{account.username}</dd>
        <dt>{text.email}</dt>
        <dd>{account.email}</dd>
        <dt>{text.role}</dt>
        <dd>{roles[account.role] ?? account.role}</dd>
        <dt>{text.since}</dt>
        <dd>{day(account.created_at)}</dd>
      </dl>
      <Form onSubmit={() => saving.run()}>
        <Failure error={saving.error} />
        {isSaved ? <Notice kind="status">{text.nameSaved}</Notice> : null}
        <NameFields name={name} errors={wrong} onChange={setName} />
        <div class="row row--apart">
          <Button type="submit" busy={saving.isBusy}>
            {text.saveName}
          </Button>
          {account.role === "user,admin" ? null : <a href="/app/request-access">{text.requestAccess}</a>}
        </div>
      </Form>
    </Section>
  );
}

function Display() {
  const text = texts();
  return (
    <Section title={text.display}>
      <div class="stack">
        <SelectField
          label={text.language}
          value={language.value}
          onChoice={(value) => chooseLanguage(value === "hi" ? "hi" : "en")}
          options={[
            { value: "en", text: "English" },
            { value: "hi", text: "हिन्दी" },
          ]}
        />
        <SelectField
          label={text.theme}
          value={chosenTheme() ?? ""}
          onChoice={(value) => chooseTheme(value === "light" || value === "dark" ? value : undefined)}
          options={[
            { value: "", text: text.system },
            { value: "light", text: text.light },
            { value: "dark", text: text.dark },
          ]}
        />
      </div>
    </Section>
  );
}

function Password() {
  const text = texts();
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const [isChanged, setChanged] = useState(false);
  const changing = useAction(async () => {
    setChanged(false);
    await api.post("/api/account/change-password", { body: { current_password: current, new_password: fresh } });
    setCurrent("");
    setFresh("");
    setChanged(true);
  });
  return (
    <Section title={text.password}>
      <Form onSubmit={() => changing.run()}>
        <Failure error={changing.error} />
        {isChanged ? <Notice kind="status">{text.passwordChanged}</Notice> : null}
        <TextField
          label={text.current}
          type="password"
          autoComplete="current-password"
          required
          value={current}
          onText={setCurrent}
        />
        <TextField
          label={text.new}
          hint={text.passwordHint}
          type="password"
          autoComplete="new-password"
          maxLength={128}
          required
          value={fresh}
          onText={setFresh}
        />
        <div>
          <Button type="submit" busy={changing.isBusy}>
            {text.changePassword}
          </Button>
        </div>
      </Form>
    </Section>
  );
}

function Leave() {
  const text = texts();
  const [isAsking, setAsking] = useState(false);
  const [typed, setTyped] = useState("");
  const leaving = useAction(async () => {
    await api.post("/api/delete-account", { body: { confirm: "DELETE" } });
    tellNext(text.gone);
    await signOut();
  });
  const actions = (
    <>
      <Button onClick={() => setAsking(false)}>{text.cancel}</Button>
      <Button kind="danger" disabled={typed !== "DELETE"} busy={leaving.isBusy} onClick={() => leaving.run()}>
        {text.confirmDelete}
      </Button>
    </>
  );
  return (
    <Section title={text.leaving}>
      <p class="muted">{text.leavingText}</p>
      <Button kind="danger" onClick={() => setAsking(true)}>
        {text.leave}
      </Button>
      {isAsking ? (
        <Dialog title={text.confirmTitle} onClose={() => setAsking(false)} actions={actions}>
          <p>{text.leavingText}</p>
          <Failure error={leaving.error} />
          <TextField label={text.confirmField} value={typed} onText={setTyped} autoComplete="off" />
        </Dialog>
      ) : null}
    </Section>
  );
}
