import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { useChange } from "@/shared/api/useChange";
import { Button } from "@/shared/components/Button";
import { TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Outcome } from "@/shared/components/Outcome";
import { Page } from "@/shared/components/Page";
import { SearchField } from "@/shared/lists/SearchField";
import { ServerTable } from "@/shared/lists/ServerTable";
import { useSearch } from "@/shared/lists/useSearch";
import { useCursorList } from "@/shared/lists/useServerList";
import { useSorting } from "@/shared/lists/useSorting";

import { texts } from "./texts";

/** The batches of students, and making one. */
export default function BatchesScreen() {
  const text = texts();
  const search = useSearch();
  const [name, setName] = useState("");
  const sorting = useSorting("name", "asc");
  const { order } = sorting;
  const batches = useCursorList<Schema<"BatchView">>(`batches ${search.q} ${order}`, async (cursor, signal) => {
    const query = { ...search.query, order, ...(cursor && { cursor }) };
    const page = await api.get("/admin/api/batches", { params: { query }, signal });
    return { items: page.batches, next: page.next_cursor };
  });
  const creating = useChange(async () => {
    await api.post("/admin/batches/create", { body: { name: name.trim() } });
    setName("");
    batches.reload();
    return text.created;
  });
  return (
    <Page title={text.batches}>
      <div class="card">
        <Form onSubmit={() => creating.run()} label={text.newBatch}>
          <Outcome of={[creating]} />
          <TextField label={text.name} required maxLength={100} value={name} onText={setName} />
          <div>
            <Button type="submit" busy={creating.isBusy} disabled={name.trim() === ""}>
              {text.create}
            </Button>
          </div>
        </Form>
      </div>
      <div class="filters">
        <SearchField label={text.searchBatches} search={search} />
      </div>
      <ServerTable
        list={batches}
        label={text.batches}
        head={[{ text: text.name, sort: "name", first: "asc" }, text.students]}
        sorting={sorting}
        empty={text.none}
      >
        {(batch) => (
          <tr key={batch.id}>
            <th scope="row">
              <a href={`/app/admin/batches/${batch.id}?name=${encodeURIComponent(batch.name)}`}>{batch.name}</a>
            </th>
            <td>{batch.student_count}</td>
          </tr>
        )}
      </ServerTable>
    </Page>
  );
}
