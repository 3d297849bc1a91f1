import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { usePages } from "@/shared/api/useLoaded";
import { Button, LinkButton } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { TextField } from "@/shared/components/fields";
import { Loading } from "@/shared/components/Loading";
import { Page } from "@/shared/components/Page";
import { Table } from "@/shared/components/Table";
import { moment } from "@/shared/format/time";
import { useSettled } from "@/shared/format/useSettled";
import { common } from "@/shared/i18n/common";

import { StateBadge } from "./StateBadge";
import { texts } from "./texts";

/** All exams, the way to a new one, and to each one's screens. */
export default function ExamsScreen() {
  const text = texts();
  const [typed, setTyped] = useState("");
  const q = useSettled(typed.trim());
  const exams = usePages<Schema<"AdminExam">>(`exams ${q}`, async (cursor, signal) => {
    const query = { ...(q && { q }), ...(cursor && { cursor }) };
    const page = await api.get("/admin/exams", { params: { query }, signal });
    return { items: page.exams, next: page.next_cursor };
  });
  const isEmpty = !exams.isLoading && !exams.error && exams.items.length === 0;
  return (
    <Page
      title={text.exams}
      actions={
        <LinkButton href="/app/admin/exams/new" kind="primary">
          {text.newExam}
        </LinkButton>
      }
    >
      <div class="stack">
        <TextField label={text.search} type="search" value={typed} onText={setTyped} />
        <Failure error={exams.error} onRetry={exams.reload} />
        <Table label={text.exams} head={[text.name, text.opens, text.duration, text.questions, text.state]}>
          {exams.items.map((exam) => (
            <tr key={exam.id}>
              <th scope="row">
                <a href={`/app/admin/exams/${exam.id}`}>{exam.name}</a>
              </th>
              <td>{moment(exam.opens_at)}</td>
              <td>{exam.duration}</td>
              <td>{exam.total_questions}</td>
              <td>
                <StateBadge state={exam.state} />
              </td>
            </tr>
          ))}
        </Table>
        {exams.isLoading ? <Loading /> : null}
        {isEmpty ? <p class="muted">{text.none}</p> : null}
        {exams.hasMore ? (
          <Button onClick={exams.more} busy={exams.isLoading}>
            {common().showMore}
          </Button>
        ) : null}
      </div>
    </Page>
  );
}
