import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { useLoaded } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { SelectField, TextField } from "@/shared/components/fields";
import { Loading } from "@/shared/components/Loading";
import { Notice } from "@/shared/components/Notice";
import { Page } from "@/shared/components/Page";
import { Pager } from "@/shared/components/Pager";
import { Table } from "@/shared/components/Table";
import { useSettled } from "@/shared/format/useSettled";

import { texts } from "./texts";

type Row = Schema<"AttemptsRow">;
type Status = "" | "unlimited" | "available" | "exhausted";

/** How often students may sit exams, and changing that for one. */
export default function AttemptsScreen() {
  const text = texts();
  const [typed, setTyped] = useState("");
  const [status, setStatus] = useState<Status>("");
  const [page, setPage] = useState(1);
  const [told, setTold] = useState("");
  const q = useSettled(typed.trim());
  const found = useLoaded(`${q} ${status} ${page}`, (signal) =>
    api.get("/admin/api/attempts/search", {
      params: { query: { page, ...(q && { q }), ...(status && { status }) } },
      signal,
    }),
  );
  const changing = useAction(async (row: Row, action: "increase" | "decrease" | "reset") => {
    setTold("");
    const body = { student_id: row.student_id, exam_id: row.exam_id, action, amount: 1 };
    await api.post("/admin/attempts/modify", { body });
    setTold(text.changed);
    found.reload();
  });
  const names: Record<string, string> = {
    unlimited: text.unlimited,
    available: text.available,
    exhausted: text.exhausted,
  };
  const { data } = found;
  return (
    <Page title={text.attempts}>
      <Failure error={changing.error} />
      {told ? <Notice kind="status">{told}</Notice> : null}
      <div class="stack">
        <TextField
          label={text.searchAttempts}
          type="search"
          value={typed}
          onText={(words) => {
            setTyped(words);
            setPage(1);
          }}
        />
        <SelectField
          label={text.state}
          value={status}
          onChoice={(value) => {
            setStatus(value as Status);
            setPage(1);
          }}
          options={[
            { value: "", text: text.any },
            ...Object.entries(names).map(([value, name]) => ({ value, text: name })),
          ]}
        />
        <Failure error={found.error} onRetry={found.reload} />
        {!data && found.isLoading ? <Loading /> : null}
        {data?.rows.length === 0 ? <p class="muted">{text.none}</p> : null}
        {data && data.rows.length > 0 ? (
          <Table
            label={text.attempts}
            head={[text.student, text.exam, text.allowed, text.used, text.left, text.state, ""]}
          >
            {data.rows.map((row) => (
              <tr key={`${row.student_id} ${row.exam_id}`}>
                <th scope="row">
                  {row.username} <span class="muted small">{row.roll_no}</span>
                </th>
                <td>{row.exam_name}</td>
                <td>{row.max_attempts}</td>
                <td>{row.attempts_used}</td>
                <td>{row.remaining}</td>
                <td>{names[row.status] ?? row.status}</td>
                <td class="row">
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
                  <Button size="small" aria-label={text.reset(row.username)} onClick={() => changing.run(row, "reset")}>
                    {text.resetShort}
                  </Button>
                </td>
              </tr>
            ))}
          </Table>
        ) : null}
        {data ? <Pager page={data.page} pages={data.total_pages} onPage={setPage} /> : null}
      </div>
    </Page>
  );
}
