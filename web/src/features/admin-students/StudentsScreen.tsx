import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { saveDocument } from "@/shared/api/documents";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { Notice } from "@/shared/components/Notice";
import { Page } from "@/shared/components/Page";
import { day } from "@/shared/format/time";
import { SearchField } from "@/shared/lists/SearchField";
import { ServerTable } from "@/shared/lists/ServerTable";
import { useSearch } from "@/shared/lists/useSearch";
import { usePagedList } from "@/shared/lists/useServerList";
import { useSorting } from "@/shared/lists/useSorting";

import { EditStudent } from "./EditStudent";
import { Roster } from "./Roster";
import { texts } from "./texts";

type Student = Schema<"UserRow">;

/** The students, and taking in a roster. */
export default function StudentsScreen() {
  const text = texts();
  const search = useSearch();
  const [edited, setEdited] = useState<Student>();
  const [told, setTold] = useState("");
  const sorting = useSorting("since", "desc");
  // What is found by a search is sorted by what matches.
  const order = search.q ? undefined : sorting.order;
  const found = usePagedList<Student>(`${search.q} ${order ?? ""}`, async (page, signal) => {
    const query = { role: "user", page, ...search.query, ...(order && { order }) } as const;
    const answer = await api.get("/admin/api/users/search", { params: { query }, signal });
    return { items: answer.users, pages: answer.total_pages };
  });
  const [percent, setPercent] = useState<number>();
  const exporting = useAction(async () => {
    try {
      await saveDocument("/admin/students/export-csv", "students.csv", "admin", setPercent);
    } finally {
      setPercent(undefined);
    }
  });
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
      {percent === undefined ? null : <Notice kind="status">{text.exporting(percent)}</Notice>}
      <Roster
        onImported={() => {
          setTold("");
          found.reload();
        }}
      />
      {told ? <Notice kind="status">{told}</Notice> : null}
      <div class="filters">
        <SearchField label={text.search} search={search} />
      </div>
      <ServerTable
        list={found}
        label={text.students}
        head={[
          text.name,
          text.username,
          text.email,
          text.roll,
          search.q ? text.since : { text: text.since, sort: "since", first: "desc" },
          text.change,
        ]}
        sorting={sorting}
        empty={text.none}
      >
        {(student) => (
          <tr key={student.id}>
            <th scope="row">
              {student.full_name} {student.active ? null : <span class="badge">{text.closed}</span>}
            </th>
            <td>{student.username}</td>
            <td>{student.email}</td>
            <td>{student.roll_no ?? "–"}</td>
            <td>{day(student.created_at)}</td>
            <td>
              <Button
                kind="quiet"
                size="small"
                aria-label={text.edit(student.full_name)}
                onClick={() => setEdited(student)}
              >
                {text.editShort}
              </Button>
            </td>
          </tr>
        )}
      </ServerTable>
      {edited ? (
        <EditStudent
          student={edited}
          onClose={() => setEdited(undefined)}
          onSaved={() => {
            setEdited(undefined);
            setTold(text.saved);
            found.reload();
          }}
        />
      ) : null}
    </Page>
  );
}
