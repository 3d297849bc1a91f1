import { useState } from "preact/hooks";

import { ExamFrame } from "@/shared/admin/ExamFrame";
import { useExam } from "@/shared/admin/useExam";
import { api, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { Checkbox, FileField } from "@/shared/components/fields";
import { Lines } from "@/shared/components/Lines";
import { Notice } from "@/shared/components/Notice";
import { Table } from "@/shared/components/Table";
import { RichText } from "@/shared/math/RichText";
import type { ScreenProps } from "@/shared/screen";

import "./admin-exams.css";
import { texts } from "./texts";

type Imported = Schema<"QuestionsImported">;

interface Row {
  readonly question_text: string;
  readonly question_type: string;
  readonly correct_answer: string;
}

/** Questions from a file: first shown with their errors, then stored. */
export default function ImportScreen(props: ScreenProps) {
  const text = texts();
  const id = Number(props.params.id);
  const exam = useExam(id);
  const [file, setFile] = useState<File>();
  const [tried, setTried] = useState<Imported>();
  const [stored, setStored] = useState<Imported>();
  const [skipsExisting, setSkipsExisting] = useState(true);
  const send = (chosen: File, skips: boolean, isTrial: boolean): Promise<Imported> =>
    api.post("/admin/questions/import-csv", {
      params: { query: { dry_run: isTrial, skip_existing: skips } },
      body: { csv_file: chosen, exam_id: String(id) } as never,
    });
  const trying = useAction(async (chosen: File, skips: boolean) => {
    setFile(chosen);
    setTried(undefined);
    setStored(undefined);
    setTried(await send(chosen, skips, true));
  });
  const storing = useAction(async (chosen: File) => {
    setStored(await send(chosen, skipsExisting, false));
    setTried(undefined);
  });
  const rows = (tried?.questions ?? []) as unknown as readonly Row[];
  return (
    <ExamFrame id={id} title={text.importQuestions} lead={exam.data?.exam.name}>
      <div class="card stack">
        <FileField
          label={text.file}
          hint={text.fileHint}
          accept=".csv,.xlsx,.txt,.tsv"
          onFiles={([chosen]) => chosen && trying.run(chosen, skipsExisting)}
        />
        <Checkbox
          label={text.skipExisting}
          checked={skipsExisting}
          onChange={(skips) => {
            setSkipsExisting(skips);
            if (file && tried) trying.run(file, skips);
          }}
        />
        {trying.isBusy ? <p class="muted">{text.reading}</p> : null}
        <Failure error={trying.error ?? storing.error} />
        {stored ? <Notice kind="status">{text.imported(stored.inserted, stored.skipped)}</Notice> : null}
        <Lines name={text.notes} lines={(tried ?? stored)?.notes ?? []} />
        <Lines name={text.errors} lines={(tried ?? stored)?.errors ?? []} />
      </div>
      {file && tried ? (
        <div class="stack">
          <Table label={text.preview} head={["#", text.question, text.type, text.key]}>
            {rows.map((row, index) => (
              <tr key={index}>
                <td>{index + 1}</td>
                <th scope="row" class="question-cell">
                  <RichText text={row.question_text} />
                </th>
                <td>{row.question_type}</td>
                <td>{row.correct_answer}</td>
              </tr>
            ))}
          </Table>
          <div>
            <Button kind="primary" onClick={() => storing.run(file)} busy={storing.isBusy} disabled={rows.length === 0}>
              {text.importCount(rows.length)}
            </Button>
          </div>
        </div>
      ) : null}
    </ExamFrame>
  );
}
