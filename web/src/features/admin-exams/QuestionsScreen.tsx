import { useState } from "preact/hooks";

import { api, download, saveFile, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { usePages } from "@/shared/api/useLoaded";
import { Button, LinkButton } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { Loading } from "@/shared/components/Loading";
import { Table } from "@/shared/components/Table";
import { common } from "@/shared/i18n/common";
import { RichText } from "@/shared/math/RichText";
import type { ScreenProps } from "@/shared/screen";

import { ExamFrame } from "./ExamFrame";
import { texts } from "./texts";

/** The questions of an exam, in order. */
export default function QuestionsScreen(props: ScreenProps) {
  const text = texts();
  const id = Number(props.params.id);
  const base = `/app/admin/exams/${id}`;
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const questions = usePages<Schema<"AdminQuestion">>(`questions ${id}`, async (cursor, signal) => {
    const query = { exam_id: id, limit: 100, ...(cursor && { cursor }) };
    const page = await api.get("/admin/questions", { params: { query }, signal });
    return { items: page.questions, next: page.next_cursor };
  });
  const deleting = useAction(async () => {
    await api.post("/admin/questions/delete-multiple", { body: { ids: [...chosen] } });
    setChosen(new Set());
    questions.reload();
  });
  const exporting = useAction(async (format: "csv" | "xlsx") => {
    saveFile(await download(`/admin/questions/export/${id}?format=${format}`));
  });
  const toggle = (question: number, isChosen: boolean): void => {
    const changed = new Set(chosen);
    if (isChosen) changed.add(question);
    else changed.delete(question);
    setChosen(changed);
  };
  const isEmpty = !questions.isLoading && !questions.error && questions.items.length === 0;
  return (
    <ExamFrame
      id={id}
      title={text.questions}
      actions={
        <>
          <LinkButton href={`${base}/questions/new`} kind="primary">
            {text.newQuestion}
          </LinkButton>
          <LinkButton href={`${base}/import`}>{text.importQuestions}</LinkButton>
          <LinkButton href={`${base}/generate`}>{text.generate}</LinkButton>
          <Button onClick={() => exporting.run("csv")}>{text.exportCsv}</Button>
          <Button onClick={() => exporting.run("xlsx")}>{text.exportXlsx}</Button>
        </>
      }
    >
      <div class="stack">
        <Failure error={questions.error ?? deleting.error ?? exporting.error} onRetry={questions.reload} />
        {chosen.size > 0 ? (
          <div>
            <Button kind="danger" onClick={() => deleting.run()} busy={deleting.isBusy}>
              {text.deleteChosen(chosen.size)}
            </Button>
          </div>
        ) : null}
        {isEmpty ? <p class="muted">{text.noQuestions}</p> : null}
        <Table label={text.questions} head={["#", text.question, text.type, text.key]}>
          {questions.items.map((question, index) => (
            <tr key={question.id}>
              <td>
                <label class="check">
                  <input
                    type="checkbox"
                    aria-label={text.chooseQuestion(index + 1)}
                    checked={chosen.has(question.id)}
                    onChange={(event) => toggle(question.id, event.currentTarget.checked)}
                  />
                  <span aria-hidden="true">{index + 1}</span>
                </label>
              </td>
              <th scope="row" class="question-cell">
                <a href={`${base}/questions/${question.id}`}>
                  <RichText text={question.question_text || text.pictureOf} />
                </a>
              </th>
              <td>{question.question_type}</td>
              <td>{question.correct_answer}</td>
            </tr>
          ))}
        </Table>
        {questions.isLoading ? <Loading /> : null}
        {questions.hasMore ? (
          <Button onClick={questions.more} busy={questions.isLoading}>
            {common().showMore}
          </Button>
        ) : null}
      </div>
    </ExamFrame>
  );
}
