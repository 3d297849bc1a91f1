import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { Refusal } from "@/shared/api/failure";
import { useAction } from "@/shared/api/useAction";
import { useLoaded, usePages } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Loading } from "@/shared/components/Loading";
import { Page } from "@/shared/components/Page";
import { Table } from "@/shared/components/Table";
import { useSettled } from "@/shared/format/useSettled";
import { common } from "@/shared/i18n/common";
import { useNavigate } from "@/shared/navigate";
import type { ScreenProps } from "@/shared/screen";

import { texts } from "./texts";

/** The students of one batch: adding some, taking some out. */
export default function BatchScreen(props: ScreenProps) {
  const text = texts();
  const id = Number(props.params.id);
  const path = { batch_id: id };
  const navigate = useNavigate();
  const { query } = useLocation();
  const [name, setName] = useState(query.name ?? "");
  const [typed, setTyped] = useState("");
  const q = useSettled(typed.trim());
  const students = usePages<Schema<"StudentView">>(`students ${id} ${q}`, async (cursor, signal) => {
    const page = await api.get("/admin/api/batches/{batch_id}/students", {
      params: { path, query: { ...(q && { q }), ...(cursor && { cursor }) } },
      signal,
    });
    return { items: page.students, next: page.next_cursor };
  });
  const renaming = useAction(async () => {
    await api.post("/admin/batches/update/{batch_id}", { params: { path }, body: { name: name.trim() } });
    navigate(`/app/admin/batches/${id}?name=${encodeURIComponent(name.trim())}`, true);
  });
  const deleting = useAction(async () => {
    await api.post("/admin/batches/delete/{batch_id}", { params: { path } });
    navigate("/app/admin/batches");
  });
  const removing = useAction(async (student: number) => {
    await api.post("/admin/batches/{batch_id}/students/remove", { params: { path }, body: { user_ids: [student] } });
    students.reload();
  });
  return (
    <Page
      title={query.name ?? text.batch}
      actions={
        <Button kind="danger" onClick={() => deleting.run()} busy={deleting.isBusy}>
          {text.remove}
        </Button>
      }
    >
      <Failure error={deleting.error ?? renaming.error ?? removing.error} />
      <div class="card">
        <Form onSubmit={() => renaming.run()}>
          <TextField label={text.name} required maxLength={100} value={name} onText={setName} />
          <div>
            <Button type="submit" busy={renaming.isBusy} disabled={name.trim() === ""}>
              {text.rename}
            </Button>
          </div>
        </Form>
      </div>
      <Adding batchId={id} onAdded={students.reload} />
      <div class="stack">
        <TextField label={text.searchStudents} type="search" value={typed} onText={setTyped} />
        <Failure error={students.error} onRetry={students.reload} />
        <Table label={text.students} head={[text.name, text.username, text.email, text.roll, ""]}>
          {students.items.map((student) => (
            <tr key={student.user_id}>
              <th scope="row">{student.full_name}</th>
              <td>{student.username}</td>
              <td>{student.email}</td>
              <td>{student.roll_no ?? "–"}</td>
              <td>
                <Button kind="quiet" size="small" onClick={() => removing.run(student.user_id)}>
                  {text.takeOut(student.full_name)}
                </Button>
              </td>
            </tr>
          ))}
        </Table>
        {students.isLoading ? <Loading /> : null}
        {students.hasMore ? (
          <Button onClick={students.more} busy={students.isLoading}>
            {common().showMore}
          </Button>
        ) : null}
      </div>
    </Page>
  );
}

function Adding(props: { batchId: number; onAdded: () => void }) {
  const text = texts();
  const [typed, setTyped] = useState("");
  const q = useSettled(typed.trim());
  const found = useLoaded(q, async (signal) => {
    if (q.length < 2) return undefined;
    return (await api.get("/admin/api/users/search", { params: { query: { q, per_page: 10 } }, signal })).users;
  });
  const adding = useAction(async (student: number) => {
    const answer = await api.post("/admin/batches/{batch_id}/students/add", {
      params: { path: { batch_id: props.batchId } },
      body: { user_ids: [student] },
    });
    const [refused] = answer.errors;
    if (refused) throw new Refusal(refused.message);
    props.onAdded();
  });
  return (
    <section class="card stack" aria-label={text.addStudents}>
      <TextField label={text.addStudents} type="search" autoComplete="off" value={typed} onText={setTyped} />
      <Failure error={found.error ?? adding.error} />
      {found.data?.length === 0 ? <p class="muted">{text.none}</p> : null}
      {found.data && found.data.length > 0 ? (
        <ul role="list" class="plain-list stack" aria-label={text.found}>
          {found.data.map((person) => (
            <li key={person.id} class="row row--apart">
              <span>
                {person.full_name} <span class="muted small">{person.email}</span>
              </span>
              <Button size="small" onClick={() => adding.run(person.id)}>
                {text.add(person.full_name)}
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}
