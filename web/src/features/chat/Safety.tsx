import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { ConfirmButton } from "@/shared/components/ConfirmButton";
import { Dialog } from "@/shared/components/Dialog";
import { Failure } from "@/shared/components/Failure";
import { TextArea } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { common } from "@/shared/i18n/common";

import { texts } from "./texts";

const LONGEST_REASON = 500;

/** Blocking the other person of a conversation, after a question. */
export function Block(props: { userId: number; name: string; onBlocked: () => void }) {
  const text = texts();
  const block = async (): Promise<void> => {
    await api.post("/api/chat/block/{user_id}", { params: { path: { user_id: props.userId } } });
    props.onBlocked();
  };
  return (
    <ConfirmButton name={text.block(props.name)} short={text.blockShort} kind="quiet" size="small" onConfirm={block}>
      {text.blockSure}
    </ConfirmButton>
  );
}

/** The people whom one has blocked, if there are some. */
export function Blocked(props: { people: readonly Schema<"BlockedUser">[]; onChange: () => void }) {
  const text = texts();
  const lifting = useAction(async (id: number) => {
    await api.delete("/api/chat/block/{user_id}", { params: { path: { user_id: id } } });
    props.onChange();
  });
  if (props.people.length === 0) return null;
  return (
    <section aria-labelledby="blocked" class="card">
      <h2 id="blocked">{text.blocked}</h2>
      <Failure error={lifting.error} />
      <ul class="plain-list stack" role="list" aria-label={text.blocked}>
        {props.people.map((person) => (
          <li key={person.user_id} class="row row--apart">
            <span>{person.full_name || person.username}</span>
            <Button size="small" busy={lifting.isBusy} onClick={() => lifting.run(person.user_id)}>
              {text.unblock(person.full_name || person.username)}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Telling the administrators about somebody's message. */
export function Report(props: { userId: number; messageId: number }) {
  const text = texts();
  const [isOpen, setOpen] = useState(false);
  const [isSent, setSent] = useState(false);
  const [reason, setReason] = useState("");
  const sending = useAction(async () => {
    await api.post("/api/chat/report", {
      body: { user_id: props.userId, message_id: props.messageId, reason: reason.trim() },
    });
    setOpen(false);
    setSent(true);
  });
  if (isSent) return <span role="status">{text.reported}</span>;
  return (
    <>
      <Button kind="quiet" size="small" onClick={() => setOpen(true)}>
        {text.report}
      </Button>
      {isOpen ? (
        <Dialog title={text.reportTitle} onClose={() => setOpen(false)}>
          <Form onSubmit={() => sending.run()} error={sending.error}>
            <p>{text.reportText}</p>
            <TextArea
              label={text.reason}
              required
              maxLength={LONGEST_REASON}
              focusFirst
              value={reason}
              onText={setReason}
            />
            <div class="dialog__actions">
              <Button onClick={() => setOpen(false)}>{common().cancel}</Button>
              <Button kind="primary" type="submit" busy={sending.isBusy} disabled={reason.trim() === ""}>
                {text.sendReport}
              </Button>
            </div>
          </Form>
        </Dialog>
      ) : null}
    </>
  );
}
