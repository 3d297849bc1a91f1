import { useState } from "preact/hooks";

import { api, ApiError, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { Dialog } from "@/shared/components/Dialog";
import { Failure } from "@/shared/components/Failure";
import { TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { NameFields, namesOf } from "@/shared/components/NameFields";
import { common } from "@/shared/i18n/common";

import { texts } from "./texts";

/** Correcting a student's name and roll number. */
export function EditStudent(props: { student: Schema<"UserRow">; onClose: () => void; onSaved: () => void }) {
  const text = texts();
  const { student } = props;
  const [name, setName] = useState(() => namesOf(student.full_name));
  const [rollNumber, setRollNumber] = useState(student.roll_no ?? "");
  const saving = useAction(async () => {
    await api.post("/admin/students/update/{user_id}", {
      params: { path: { user_id: student.id } },
      body: { ...name, roll_no: rollNumber.trim() },
    });
    props.onSaved();
  });
  const wrong = saving.error instanceof ApiError ? saving.error.fields : {};
  return (
    <Dialog title={text.edit(student.full_name)} onClose={props.onClose}>
      <Form onSubmit={() => saving.run()}>
        <Failure error={saving.error} />
        <NameFields name={name} errors={wrong} isOwn={false} onChange={setName} />
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
