import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { ConfirmButton } from "@/shared/components/ConfirmButton";
import { Failure } from "@/shared/components/Failure";
import { SelectField } from "@/shared/components/fields";
import { Notice } from "@/shared/components/Notice";
import { Page } from "@/shared/components/Page";
import { SearchField } from "@/shared/lists/SearchField";
import { ServerTable } from "@/shared/lists/ServerTable";
import { useSearch } from "@/shared/lists/useSearch";
import { usePagedList } from "@/shared/lists/useServerList";

import { texts } from "./texts";

type Row = Schema<"AttemptsRow">;
type Status = "" | "unlimited" | "available" | "exhausted";

/** How often students may sit exams, and changing that for one. */
export default function AttemptsScreen() {
  const text = texts();
  const search = useSearch();
  const [status, setStatus] = useState<Status>("");
  const [told, setTold] = useState("");
  const found = usePagedList<Row>(`${search.q} ${status}`, async (page, signal) => {
    const query = { page, ...search.query, ...(status && { status }) };
    const answer = await api.get("/admin/api/attempts/search", { params: { query }, signal });
    return { items: answer.rows, pages: answer.total_pages };
  });
  const change = async (row: Row, action: "increase" | "decrease" | "reset"): Promise<void> => {
    setTold("");
    const body = { student_id: row.student_id, exam_id: row.exam_id, action, amount: 1 };
    await api.post("/admin/attempts/modify", { body });
    setTold(text.changed);
    found.reload();
  };
  const changing = useAction(change);
  const names: Record<string, string> = {
    unlimited: text.unlimited,
    available: text.available,
    exhausted: text.exhausted,
  };
  return (
    <Page title={text.attempts}>
      <Failure error={changing.error} />
      {told ? <Notice kind="status">{told}</Notice> : null}
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
        head={[text.student, text.exam, text.allowed, text.used, text.left, text.state, text.change]}
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
                  onConfirm={() => change(row, "reset")}
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
