import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { usePages } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Loading } from "@/shared/components/Loading";
import { Page } from "@/shared/components/Page";
import { Table } from "@/shared/components/Table";
import { useSettled } from "@/shared/format/useSettled";
import { common } from "@/shared/i18n/common";

import { texts } from "./texts";

/** The batches of students, and making one. */
export default function BatchesScreen() {
  const text = texts();
  const [typed, setTyped] = useState("");
  const [name, setName] = useState("");
  const q = useSettled(typed.trim());
  const batches = usePages<Schema<"BatchView">>(`batches ${q}`, async (cursor, signal) => {
    const page = await api.get("/admin/api/batches", {
      params: { query: { ...(q && { q }), ...(cursor && { cursor }) } },
      signal,
    });
    return { items: page.batches, next: page.next_cursor };
  });
  const creating = useAction(async () => {
    await api.post("/admin/batches/create", { body: { name: name.trim() } });
    setName("");
    batches.reload();
  });
  const isEmpty = !batches.isLoading && !batches.error && batches.items.length === 0;
  return (
    <Page title={text.batches}>
      <div class="card">
        <Form onSubmit={() => creating.run()} label={text.newBatch}>
          <Failure error={creating.error} />
          <TextField label={text.name} required maxLength={100} value={name} onText={setName} />
          <div>
            <Button type="submit" busy={creating.isBusy} disabled={name.trim() === ""}>
              {text.create}
            </Button>
          </div>
        </Form>
      </div>
      <div class="stack">
        <TextField label={text.searchBatches} type="search" value={typed} onText={setTyped} />
        <Failure error={batches.error} onRetry={batches.reload} />
        {isEmpty ? <p class="muted">{text.none}</p> : null}
        <Table label={text.batches} head={[text.name, text.students]}>
          {batches.items.map((batch) => (
            <tr key={batch.id}>
              <th scope="row">
                <a href={`/app/admin/batches/${batch.id}?name=${encodeURIComponent(batch.name)}`}>{batch.name}</a>
              </th>
              <td>{batch.student_count}</td>
            </tr>
          ))}
        </Table>
        {batches.isLoading ? <Loading /> : null}
        {batches.hasMore ? (
          <Button onClick={batches.more} busy={batches.isLoading}>
            {common().showMore}
          </Button>
        ) : null}
      </div>
    </Page>
  );
}
