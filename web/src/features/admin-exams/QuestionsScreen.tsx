import { useState } from "preact/hooks";

import { ExamFrame } from "@/shared/admin/ExamFrame";
import { useExam } from "@/shared/admin/useExam";
import { api, download, saveFile, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button, LinkButton } from "@/shared/components/Button";
import { ConfirmButton } from "@/shared/components/ConfirmButton";
import { Failure } from "@/shared/components/Failure";
import { ServerTable } from "@/shared/lists/ServerTable";
import { useCursorList } from "@/shared/lists/useServerList";
import { useSorting } from "@/shared/lists/useSorting";
import { RichText } from "@/shared/math/RichText";
import type { ScreenProps } from "@/shared/screen";

import "./admin-exams.css";
import { texts } from "./texts";

/** The questions of an exam, in order. */
export default function QuestionsScreen(props: ScreenProps) {
  const text = texts();
  const id = Number(props.params.id);
  const base = `/app/admin/exams/${id}`;
  const exam = useExam(id);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const sorting = useSorting<"position" | "text" | "type" | "topic" | "difficulty">("position", "asc");
  const { sort, order } = sorting;
  const asked = `questions ${id} ${sort} ${order}`;
  const questions = useCursorList<Schema<"AdminQuestion">>(asked, async (cursor, signal) => {
    const query = { exam_id: id, limit: 100, sort, order, ...(cursor && { cursor }) };
    const page = await api.get("/admin/questions", { params: { query }, signal });
    return { items: page.questions, next: page.next_cursor };
  });
  const difficulties: Record<string, string> = { Easy: text.easy, Medium: text.medium, Hard: text.hard };
  const remove = async (): Promise<void> => {
    await api.post("/admin/questions/delete-multiple", { body: { ids: [...chosen] } });
    setChosen(new Set());
    questions.reload();
  };
  const exporting = useAction(async (format: "csv" | "xlsx") => {
    saveFile(await download(`/admin/questions/export/${id}?format=${format}`));
  });
  const toggle = (question: number, isChosen: boolean): void => {
    const changed = new Set(chosen);
    if (isChosen) changed.add(question);
    else changed.delete(question);
    setChosen(changed);
  };
  return (
    <ExamFrame
      id={id}
      title={text.questions}
      lead={exam.data?.exam.name}
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
      <Failure error={exporting.error} />
      {chosen.size > 0 ? (
        <p>
          <ConfirmButton name={text.deleteChosen(chosen.size)} onConfirm={remove}>
            {text.deleteChosenSure}
          </ConfirmButton>
        </p>
      ) : null}
      <ServerTable
        list={questions}
        label={text.questions}
        head={[
          { text: text.position, sort: "position", first: "asc" },
          { text: text.question, sort: "text", first: "asc" },
          { text: text.type, sort: "type", first: "asc" },
          text.key,
          { text: text.topic, sort: "topic", first: "asc" },
          { text: text.difficulty, sort: "difficulty", first: "asc" },
        ]}
        sorting={sorting}
        empty={text.noQuestions}
      >
        {(question, index) => (
          <tr key={question.id}>
            <td>
              <label class="check">
                <input
                  type="checkbox"
                  aria-label={text.chooseQuestion(index + 1)}
                  checked={chosen.has(question.id)}
                  onChange={(event) => toggle(question.id, event.currentTarget.checked)}
                />
                {/* Only in the exam's order is the place in the list that in the paper. */}
                {sort === "position" && order === "asc" ? <span aria-hidden="true">{index + 1}</span> : null}
              </label>
            </td>
            <th scope="row" class="question-cell">
              <a href={`${base}/questions/${question.id}`}>
                <RichText text={question.question_text || text.pictureOf} />
              </a>
            </th>
            <td>{question.question_type}</td>
            <td>{question.correct_answer}</td>
            <td>{question.topic || "–"}</td>
            <td>{difficulties[question.difficulty] ?? "–"}</td>
          </tr>
        )}
      </ServerTable>
    </ExamFrame>
  );
}
