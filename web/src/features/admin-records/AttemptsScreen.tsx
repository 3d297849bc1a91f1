import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { useChange } from "@/shared/api/useChange";
import { Button } from "@/shared/components/Button";
import { ConfirmButton } from "@/shared/components/ConfirmButton";
import { SelectField } from "@/shared/components/fields";
import { Outcome } from "@/shared/components/Outcome";
import { Page } from "@/shared/components/Page";
import { SearchField } from "@/shared/lists/SearchField";
import { ServerTable } from "@/shared/lists/ServerTable";
import { useSearch } from "@/shared/lists/useSearch";
import { usePagedList } from "@/shared/lists/useServerList";
import { useSorting } from "@/shared/lists/useSorting";

import { texts } from "./texts";

type Row = Schema<"AttemptsRow">;
type Status = "" | "unlimited" | "available" | "exhausted";

/** How often students may sit exams, and changing that for one. */
export default function AttemptsScreen() {
  const text = texts();
  const search = useSearch();
  const [status, setStatus] = useState<Status>("");
  const exam = Number(useLocation().query.exam ?? "") || undefined;
  // Of one exam by attempts used, of a search by username.
  const column = search.q ? "student" : exam ? "used" : "";
  const sorting = useSorting(column, "asc");
  const { order } = sorting;
  const found = usePagedList<Row>(`${search.q} ${status} ${exam ?? ""} ${order}`, async (page, signal) => {
    const query = { page, order, ...search.query, ...(status && { status }), ...(exam && { exam_id: exam }) };
    const answer = await api.get("/admin/api/attempts/search", { params: { query }, signal });
    return { items: answer.rows, pages: answer.total_pages };
  });
  const changing = useChange(async (row: Row, action: "increase" | "decrease" | "reset") => {
    const body = { student_id: row.student_id, exam_id: row.exam_id, action, amount: 1 };
    await api.post("/admin/attempts/modify", { body });
    found.reload();
    return text.changed;
  });
  const names: Record<string, string> = {
    unlimited: text.unlimited,
    available: text.available,
    exhausted: text.exhausted,
  };
  return (
    <Page title={text.attempts}>
      <Outcome of={[changing]} />
      <div class="filters">
        <SearchField label={text.searchAttempts} search={search} />
        <SelectField
          label={text.state}
          value={status}
          onChoice={(value) => setStatus(value as Status)}
          options={[
            { value: "", text: text.any },
            ...Object.entries(names).map(([value, name]) => ({ value, text: name })),
          ]}
        />
      </div>
      <ServerTable
        list={found}
        label={text.attempts}
        head={[
          column === "student" ? { text: text.student, sort: column, first: "asc" } : text.student,
          text.exam,
          text.allowed,
          column === "used" ? { text: text.used, sort: column, first: "asc" } : text.used,
          text.left,
          text.state,
          text.change,
        ]}
        sorting={{ ...sorting, sort: column }}
        empty={text.none}
      >
        {(row) => (
          <tr key={`${row.student_id} ${row.exam_id}`}>
            <th scope="row">
              {row.username} <span class="muted small">{row.roll_no}</span>
            </th>
            <td>{row.exam_name}</td>
            <td>{row.max_attempts}</td>
            <td>{row.attempts_used}</td>
            <td>{row.remaining}</td>
            <td>{names[row.status] ?? row.status}</td>
            <td>
              <div class="row row--tight">
                {row.status === "unlimited" ? null : (
                  <>
                    <Button
                      size="small"
                      aria-label={text.grant(row.username)}
                      onClick={() => changing.run(row, "increase")}
                    >
                      +1
                    </Button>
                    <Button
                      size="small"
                      aria-label={text.take(row.username)}
                      onClick={() => changing.run(row, "decrease")}
                    >
                      −1
                    </Button>
                  </>
                )}
                <ConfirmButton
                  name={text.reset(row.username)}
                  short={text.resetShort}
                  size="small"
                  kind="secondary"
                  onConfirm={() => changing.perform(row, "reset")}
                >
                  {text.resetSure(row.exam_name)}
                </ConfirmButton>
              </div>
            </td>
          </tr>
        )}
      </ServerTable>
    </Page>
  );
}
