import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";

import { type Person, PersonSearch } from "@/shared/admin/PersonSearch";
import { useBatches } from "@/shared/admin/useBatches";
import { api, type Schema } from "@/shared/api/client";
import { Refusal } from "@/shared/api/failure";
import { useChange } from "@/shared/api/useChange";
import { Button } from "@/shared/components/Button";
import { ConfirmButton } from "@/shared/components/ConfirmButton";
import { TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Outcome } from "@/shared/components/Outcome";
import { Page } from "@/shared/components/Page";
import { tellNext } from "@/shared/flash";
import { SearchField } from "@/shared/lists/SearchField";
import { ServerTable } from "@/shared/lists/ServerTable";
import { useSearch } from "@/shared/lists/useSearch";
import { useCursorList } from "@/shared/lists/useServerList";
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
  // Links to this screen name the batch; the API has no route for one of them.
  const batches = useBatches();
  const known = query.name ?? batches.data?.find((batch) => batch.id === id)?.name;
  const [typed, setName] = useState<string>();
  const name = typed ?? known ?? "";
  const search = useSearch();
  const students = useCursorList<Schema<"StudentView">>(`students ${id} ${search.q}`, async (cursor, signal) => {
    const page = await api.get("/admin/api/batches/{batch_id}/students", {
      params: { path, query: { ...search.query, ...(cursor && { cursor }) } },
      signal,
    });
    return { items: page.students, next: page.next_cursor };
  });
  const renaming = useChange(async () => {
    await api.post("/admin/batches/update/{batch_id}", { params: { path }, body: { name: name.trim() } });
    navigate(`/app/admin/batches/${id}?name=${encodeURIComponent(name.trim())}`, true);
    return text.renamed;
  });
  const remove = async (): Promise<void> => {
    await api.post("/admin/batches/delete/{batch_id}", { params: { path } });
    tellNext(text.removed);
    navigate("/app/admin/batches");
  };
  const removing = useChange(async (student: Schema<"StudentView">) => {
    const body = { user_ids: [student.user_id] };
    await api.post("/admin/batches/{batch_id}/students/remove", { params: { path }, body });
    students.reload();
    return text.takenOut(student.full_name);
  });
  return (
    <Page
      title={known ?? text.batch}
      actions={
        <ConfirmButton name={text.remove} onConfirm={remove}>
          {text.removeSure}
        </ConfirmButton>
      }
    >
      <Outcome of={[renaming, removing]} />
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
      <div class="filters">
        <SearchField label={text.searchStudents} search={search} />
      </div>
      <ServerTable
        list={students}
        label={text.students}
        head={[text.name, text.username, text.email, text.roll, text.change]}
        empty={text.none}
      >
        {(student) => (
          <tr key={student.user_id}>
            <th scope="row">{student.full_name}</th>
            <td>{student.username}</td>
            <td>{student.email}</td>
            <td>{student.roll_no ?? "–"}</td>
            <td>
              <Button kind="quiet" size="small" onClick={() => removing.run(student)}>
                {text.takeOut(student.full_name)}
              </Button>
            </td>
          </tr>
        )}
      </ServerTable>
    </Page>
  );
}

function Adding(props: { batchId: number; onAdded: () => void }) {
  const text = texts();
  const adding = useChange(async (student: Person) => {
    const answer = await api.post("/admin/batches/{batch_id}/students/add", {
      params: { path: { batch_id: props.batchId } },
      body: { user_ids: [student.id] },
    });
    const [refused] = answer.errors;
    if (refused) throw new Refusal(refused.message, refused.code);
    props.onAdded();
    return text.added(student.full_name);
  });
  return (
    <section class="card stack">
      <Outcome of={[adding]} />
      <PersonSearch label={text.addStudents} action={text.add} onChoose={(person) => adding.run(person)} />
    </section>
  );
}
