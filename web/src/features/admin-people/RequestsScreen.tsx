import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { useChange } from "@/shared/api/useChange";
import { Button } from "@/shared/components/Button";
import { ConfirmDialog } from "@/shared/components/ConfirmButton";
import { Dialog } from "@/shared/components/Dialog";
import { Failure } from "@/shared/components/Failure";
import { SelectField, TextArea } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Outcome } from "@/shared/components/Outcome";
import { Page } from "@/shared/components/Page";
import { moment } from "@/shared/format/time";
import { common } from "@/shared/i18n/common";
import { ServerTable } from "@/shared/lists/ServerTable";
import { usePagedList } from "@/shared/lists/useServerList";
import { useSorting } from "@/shared/lists/useSorting";

import { roleName } from "./roles";
import { texts } from "./texts";

type Status = "pending" | "completed" | "denied";
type Asked = Schema<"RequestRow">;

/** Requests for other roles: approving and denying them. */
export default function RequestsScreen() {
  const text = texts();
  const [status, setStatus] = useState<Status>("pending");
  const [denied, setDenied] = useState<Asked>();
  const [approved, setApproved] = useState<Asked>();
  const sorting = useSorting("asked", "desc");
  const { order } = sorting;
  const found = usePagedList<Asked>(`${status} ${order}`, async (page, signal) => {
    const query = { status, page, order };
    const answer = await api.get("/admin/api/requests/list", { params: { query }, signal });
    return { items: answer.requests, pages: answer.total_pages };
  });
  const approving = useChange(async (request: Asked) => {
    await api.post("/admin/requests/approve/{request_id}", {
      params: { path: { request_id: request.request_id } },
      body: { approved_access: request.requested_access },
    });
    found.reload();
    return text.approved(request.username ?? "–", roleName(request.requested_access));
  });
  return (
    <Page title={text.requests}>
      <Outcome of={[approving]} />
      <div class="filters">
        <SelectField
          label={text.state}
          value={status}
          onChoice={(value) => setStatus(value as Status)}
          options={[
            { value: "pending", text: text.pending },
            { value: "completed", text: text.completed },
            { value: "denied", text: text.denied },
          ]}
        />
      </div>
      <ServerTable
        list={found}
        label={text.requests}
        head={[
          text.person,
          text.has,
          text.wants,
          text.reason,
          { text: text.asked, sort: "asked", first: "desc" },
          status === "pending" ? text.decision : text.decidedBy,
        ]}
        sorting={sorting}
        empty={text.none}
      >
        {(request) => (
          <tr key={request.request_id}>
            <th scope="row">
              {request.username ?? "–"} <span class="muted small">{request.email}</span>
            </th>
            <td>{roleName(request.current_access)}</td>
            <td>{roleName(request.requested_access)}</td>
            <td class="multiline">{request.user_reason}</td>
            <td>{moment(request.request_date)}</td>
            <td>
              {status === "pending" ? (
                <div class="row row--tight">
                  <Button
                    size="small"
                    kind="primary"
                    aria-label={text.approve(request.username ?? "–")}
                    onClick={() => setApproved(request)}
                  >
                    {text.approveShort}
                  </Button>
                  <Button
                    size="small"
                    aria-label={text.deny(request.username ?? "–")}
                    onClick={() => setDenied(request)}
                  >
                    {text.denyNow}
                  </Button>
                </div>
              ) : (
                (request.processed_by ?? "–")
              )}
            </td>
          </tr>
        )}
      </ServerTable>
      {approved ? (
        <ConfirmDialog
          name={text.approve(approved.username ?? "–")}
          kind="primary"
          onConfirm={() => approving.perform(approved)}
          onClose={() => setApproved(undefined)}
        >
          {text.approveSure(roleName(approved.requested_access))}
        </ConfirmDialog>
      ) : null}
      {denied ? (
        <Denying
          request={denied}
          onClose={() => setDenied(undefined)}
          onDenied={() => {
            setDenied(undefined);
            found.reload();
          }}
        />
      ) : null}
    </Page>
  );
}

function Denying(props: { request: Asked; onClose: () => void; onDenied: () => void }) {
  const text = texts();
  const [reason, setReason] = useState("");
  const denying = useAction(async () => {
    await api.post("/admin/requests/deny/{request_id}", {
      params: { path: { request_id: props.request.request_id } },
      body: { reason: reason.trim() },
    });
    props.onDenied();
  });
  return (
    <Dialog title={text.denyTitle} onClose={props.onClose}>
      <Form onSubmit={() => denying.run()}>
        <Failure error={denying.error} />
        <TextArea label={text.denyReason} required focusFirst value={reason} onText={setReason} />
        <div class="dialog__actions">
          <Button onClick={props.onClose}>{common().cancel}</Button>
          <Button kind="danger" type="submit" busy={denying.isBusy} disabled={reason.trim() === ""}>
            {text.denyNow}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
