import { useState } from "preact/hooks";

import { api, download, saveFile } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { useLoaded } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { TextField } from "@/shared/components/fields";
import { Loading } from "@/shared/components/Loading";
import { Page } from "@/shared/components/Page";
import { Pager } from "@/shared/components/Pager";
import { Table } from "@/shared/components/Table";
import { day } from "@/shared/format/time";
import { useSettled } from "@/shared/format/useSettled";

import { Roster } from "./Roster";
import { texts } from "./texts";

/** The students, and taking in a roster. */
export default function StudentsScreen() {
  const text = texts();
  const [typed, setTyped] = useState("");
  const [page, setPage] = useState(1);
  const q = useSettled(typed.trim());
  const found = useLoaded(`${q} ${page}`, (signal) => {
    const query = { role: "user", page, ...(q && { q }) } as const;
    return api.get("/admin/api/users/search", { params: { query }, signal });
  });
  const exporting = useAction(async () => saveFile(await download("/admin/students/export-csv")));
  const { data } = found;
  return (
    <Page
      title={text.title}
      actions={
        <Button onClick={() => exporting.run()} busy={exporting.isBusy}>
          {text.exportStudents}
        </Button>
      }
    >
      <Failure error={exporting.error} />
      <Roster onImported={found.reload} />
      <div class="stack">
        <TextField
          label={text.search}
          type="search"
          value={typed}
          onText={(words) => {
            setTyped(words);
            setPage(1);
          }}
        />
        <Failure error={found.error} onRetry={found.reload} />
        {!data && found.isLoading ? <Loading /> : null}
        {data?.users.length === 0 ? <p class="muted">{text.none}</p> : null}
        {data ? (
          <Table label={text.students} head={[text.name, text.username, text.email, text.roll, text.since]}>
            {data.users.map((user) => (
              <tr key={user.id}>
                <th scope="row">
                  {user.full_name} {user.active ? null : <span class="badge">{text.closed}</span>}
                </th>
                <td>{user.username}</td>
                <td>{user.email}</td>
                <td>{user.roll_no ?? "–"}</td>
                <td>{day(user.created_at)}</td>
              </tr>
            ))}
          </Table>
        ) : null}
        {data ? <Pager page={data.page} pages={data.total_pages} onPage={setPage} /> : null}
      </div>
    </Page>
  );
}
