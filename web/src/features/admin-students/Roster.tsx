import { useState } from "preact/hooks";

import { useBatches } from "@/shared/admin/useBatches";
import { api, type Schema } from "@/shared/api/client";
import { finished } from "@/shared/api/jobs";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { Checkbox, FileField, SelectField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Lines } from "@/shared/components/Lines";
import { Notice } from "@/shared/components/Notice";

import { texts } from "./texts";

type Imported = Omit<Schema<"RosterImported">, "success">;

/** Taking in a file of students; a large one becomes a job, whose progress is shown. */
export function Roster(props: { onImported: () => void }) {
  const text = texts();
  const [file, setFile] = useState<File>();
  const [invites, setInvites] = useState(true);
  const [batchId, setBatchId] = useState("");
  const [done, setDone] = useState<Imported>();
  const [percent, setPercent] = useState<number>();
  const batches = useBatches();
  const importing = useAction(async (chosen: File) => {
    setDone(undefined);
    const body = { csv_file: chosen, invite: invites ? "1" : "0", ...(batchId && { batch_id: batchId }) };
    const answer: object = await api.post("/admin/students/import-csv", { body: body as never });
    try {
      if ("job_id" in answer) setDone((await finished(Number(answer.job_id), "admin", setPercent)).result as Imported);
      else setDone(answer as Imported);
    } finally {
      setPercent(undefined);
    }
    props.onImported();
  });
  return (
    <section class="card stack" aria-labelledby="roster">
      <h2 id="roster">{text.roster}</h2>
      <Form onSubmit={() => file && importing.run(file)}>
        <FileField
          label={text.file}
          hint={text.fileHint}
          accept=".csv,.xlsx,.txt,.tsv"
          onFiles={([chosen]) => setFile(chosen)}
        />
        {batches.data && batches.data.length > 0 ? (
          <SelectField
            label={text.batch}
            value={batchId}
            onChoice={setBatchId}
            options={[
              { value: "", text: text.noBatch },
              ...batches.data.map(({ id, name }) => ({ value: String(id), text: name })),
            ]}
          />
        ) : null}
        <Checkbox label={text.mailLinks} checked={invites} onChange={setInvites} />
        <div>
          <Button kind="primary" type="submit" busy={importing.isBusy} disabled={!file}>
            {text.importStudents}
          </Button>
        </div>
      </Form>
      <Failure error={importing.error} />
      {percent === undefined ? null : <Notice kind="status">{text.importing(percent)}</Notice>}
      {done ? (
        <>
          <Notice kind="status">{text.counts(done.created, done.updated, done.unchanged, done.skipped)}</Notice>
          <Lines name={text.notes} lines={done.notes ?? []} />
          <Lines name={text.errors} lines={done.errors} />
        </>
      ) : null}
    </section>
  );
}
