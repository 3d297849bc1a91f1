import { useState } from "preact/hooks";

import { api, ApiError, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { Dialog } from "@/shared/components/Dialog";
import { Failure } from "@/shared/components/Failure";
import { TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { common } from "@/shared/i18n/common";

import { texts } from "./texts";

/** Correcting a student's name and roll number. */
export function EditStudent(props: { student: Schema<"UserRow">; onClose: () => void; onSaved: () => void }) {
  const text = texts();
  const { student } = props;
  const [first, ...rest] = student.full_name.split(" ");
  const [firstName, setFirstName] = useState(first ?? "");
  const [lastName, setLastName] = useState(rest.join(" "));
  const [rollNumber, setRollNumber] = useState(student.roll_no ?? "");
  const saving = useAction(async () => {
    await api.post("/admin/students/update/{user_id}", {
      params: { path: { user_id: student.id } },
      body: { first_name: firstName.trim(), last_name: lastName.trim(), roll_no: rollNumber.trim() },
    });
    props.onSaved();
  });
  const wrong = saving.error instanceof ApiError ? saving.error.fields : {};
  return (
    <Dialog title={text.edit(student.full_name)} onClose={props.onClose}>
      <Form onSubmit={() => saving.run()}>
        <Failure error={saving.error} />
        <TextField
          label={text.firstName}
          required
          focusFirst
          value={firstName}
          error={wrong.first_name}
          onText={setFirstName}
        />
        <TextField label={text.lastName} value={lastName} error={wrong.last_name} onText={setLastName} />
        <TextField
          label={text.roll}
          hint={text.rollHint}
          maxLength={32}
          value={rollNumber}
          error={wrong.roll_no}
          onText={setRollNumber}
        />
        <div class="dialog__actions">
          <Button onClick={props.onClose}>{common().cancel}</Button>
          <Button kind="primary" type="submit" busy={saving.isBusy}>
            {common().save}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
