import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { Dialog } from "@/shared/components/Dialog";
import { Failure } from "@/shared/components/Failure";
import { Checkbox, TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { common } from "@/shared/i18n/common";

import { texts } from "./texts";

/** Making a group of people one is connected with. */
export function NewGroup(props: {
  friends: readonly Schema<"ConversationShape">[];
  onClose: () => void;
  onCreated: (conversation: number) => void;
}) {
  const text = texts();
  const [name, setName] = useState("");
  const [members, setMembers] = useState<ReadonlySet<number>>(new Set());
  const creating = useAction(async () => {
    const answer = await api.post("/api/chat/group", { body: { name: name.trim(), member_ids: [...members] } });
    props.onCreated(answer.conv_id);
  });
  const toggle = (id: number, isChosen: boolean): void => {
    const changed = new Set(members);
    if (isChosen) changed.add(id);
    else changed.delete(id);
    setMembers(changed);
  };
  return (
    <Dialog title={text.newGroup} onClose={props.onClose}>
      <Form onSubmit={() => creating.run()}>
        <Failure error={creating.error} />
        <TextField label={text.groupName} required maxLength={100} focusFirst value={name} onText={setName} />
        <fieldset class="chat__members">
          <legend>{text.members}</legend>
          {props.friends.length === 0 ? <p class="muted">{text.noFriends}</p> : null}
          {props.friends.map(({ other_id: id, name: friend }) =>
            id === null ? null : (
              <Checkbox
                key={id}
                label={friend}
                checked={members.has(id)}
                onChange={(isChosen) => toggle(id, isChosen)}
              />
            ),
          )}
        </fieldset>
        <div class="dialog__actions">
          <Button onClick={props.onClose}>{common().cancel}</Button>
          <Button
            kind="primary"
            type="submit"
            busy={creating.isBusy}
            disabled={members.size === 0 || name.trim() === ""}
          >
            {text.createGroup}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
