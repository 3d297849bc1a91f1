import { useState } from "preact/hooks";

import { ExamFrame } from "@/shared/admin/ExamFrame";
import { PersonSearch } from "@/shared/admin/PersonSearch";
import { useBatches } from "@/shared/admin/useBatches";
import { useExam } from "@/shared/admin/useExam";
import { api, ApiError, type Schema } from "@/shared/api/client";
import { Refusal } from "@/shared/api/failure";
import { useChange } from "@/shared/api/useChange";
import { Button } from "@/shared/components/Button";
import { ConfirmButton, ConfirmDialog } from "@/shared/components/ConfirmButton";
import { Failure } from "@/shared/components/Failure";
import { SelectField, TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Outcome } from "@/shared/components/Outcome";
import { moment } from "@/shared/format/time";
import { ServerTable } from "@/shared/lists/ServerTable";
import { useCursorList } from "@/shared/lists/useServerList";
import type { ScreenProps } from "@/shared/screen";

import { texts } from "./texts";

type Override = Schema<"OverrideView">;

/** Exceptions for single students and batches, and more time for whoever sits now. */
export default function OverridesScreen(props: ScreenProps) {
  const text = texts();
  const id = Number(props.params.id);
  const exam = useExam(id);
  const zone = exam.data?.exam.timezone;
  const overrides = useCursorList<Override>(`overrides ${id}`, async (cursor, signal) => {
    const page = await api.get("/admin/exams/{exam_id}/overrides", {
      params: { path: { exam_id: id }, query: cursor ? { cursor } : {} },
      signal,
    });
    return { items: page.overrides, next: page.next_cursor };
  });
  const remove = async (override: number): Promise<void> => {
    await api.post("/admin/exams/{exam_id}/overrides/delete/{override_id}", {
      params: { path: { exam_id: id, override_id: override } },
    });
    overrides.reload();
  };
  return (
    <ExamFrame id={id} title={text.overrides} lead={exam.data?.exam.name}>
      <MoreTime examId={id} />
      <NewOverride examId={id} onSet={overrides.reload} />
      <ServerTable
        list={overrides}
        label={text.overrides}
        head={[
          text.whom,
          text.extraMinutes,
          text.extraPercent,
          text.opens,
          text.closesAt,
          text.attemptsShort,
          text.reason,
          text.change,
        ]}
        empty={text.noOverrides}
      >
        {(override) => (
          <tr key={override.id}>
            <th scope="row">
              {override.name ?? "–"} {override.batch_id === null ? null : <span class="badge">{text.batch}</span>}
            </th>
            <td>{override.extra_minutes ?? "–"}</td>
            <td>{override.extra_percent ?? "–"}</td>
            <td>{override.opens_at === null ? "–" : moment(override.opens_at, zone)}</td>
            <td>{override.closes_at === null ? "–" : moment(override.closes_at, zone)}</td>
            <td>{override.max_attempts ?? "–"}</td>
            <td class="multiline">{override.reason}</td>
            <td>
              <ConfirmButton
                name={text.removeOverride(override.name ?? "–")}
                short={text.removeShort}
                kind="quiet"
                size="small"
                onConfirm={() => remove(override.id)}
              >
                {text.removeOverrideSure}
              </ConfirmButton>
            </td>
          </tr>
        )}
      </ServerTable>
    </ExamFrame>
  );
}

function MoreTime(props: { examId: number }) {
  const text = texts();
  const [minutes, setMinutes] = useState("10");
  const [reason, setReason] = useState("");
  const [isAsking, setAsking] = useState(false);
  const adding = useChange(async () => {
    const answer = await api.post("/admin/exams/{exam_id}/add-time", {
      params: { path: { exam_id: props.examId } },
      body: { minutes: Number(minutes), all: true, ...(reason.trim() && { reason: reason.trim() }) },
    });
    return text.timeAdded(answer.changed);
  });
  return (
    <section class="card stack" aria-labelledby="more-time">
      <h2 id="more-time">{text.moreTime}</h2>
      <Form onSubmit={() => setAsking(true)}>
        <Outcome of={[adding]} />
        <div class="form-grid">
          <TextField
            label={text.minutes}
            type="number"
            min={1}
            max={600}
            required
            value={minutes}
            onText={setMinutes}
          />
          <TextField label={text.reasonForTime} value={reason} onText={setReason} />
        </div>
        <div>
          <Button type="submit">{text.addTime}</Button>
        </div>
      </Form>
      {isAsking ? (
        <ConfirmDialog
          name={text.addTime}
          kind="primary"
          onConfirm={() => adding.perform()}
          onClose={() => setAsking(false)}
        >
          {text.addTimeSure(Number(minutes))}
        </ConfirmDialog>
      ) : null}
    </section>
  );
}

function NewOverride(props: { examId: number; onSet: () => void }) {
  const text = texts();
  const [whom, setWhom] = useState<{ user_id: number } | { batch_id: number }>();
  const [name, setName] = useState("");
  const [minutes, setMinutes] = useState("");
  const [percent, setPercent] = useState("");
  const [opens, setOpens] = useState("");
  const [closes, setCloses] = useState("");
  const [attempts, setAttempts] = useState("");
  const [reason, setReason] = useState("");
  const setting = useChange(async () => {
    if (!whom) throw new Refusal(text.chooseWhom);
    await api.post("/admin/exams/{exam_id}/overrides", {
      params: { path: { exam_id: props.examId } },
      body: {
        ...whom,
        ...(minutes && { extra_minutes: Number(minutes) }),
        ...(percent && { extra_percent: Number(percent) }),
        ...(opens && { opens_at: opens }),
        ...(closes && { closes_at: closes }),
        ...(attempts && { max_attempts: Number(attempts) }),
        ...(reason.trim() && { reason: reason.trim() }),
      },
    });
    setWhom(undefined);
    setName("");
    props.onSet();
    return text.overrideSet(name);
  });
  const errors = setting.error instanceof ApiError ? setting.error.fields : {};
  return (
    <section class="card stack" aria-labelledby="new-override">
      <h2 id="new-override">{text.newOverride}</h2>
      <p class="muted">{text.overridesLead}</p>
      <Whom
        name={name}
        onChoose={(chosen, shown) => {
          setWhom(chosen);
          setName(shown);
        }}
      />
      <Form onSubmit={() => setting.run()}>
        <Outcome of={[setting]} />
        <div class="form-grid">
          <TextField
            label={text.extraMinutes}
            type="number"
            min={0}
            value={minutes}
            error={errors.extra_minutes}
            onText={setMinutes}
          />
          <TextField
            label={text.extraPercent}
            type="number"
            min={0}
            value={percent}
            error={errors.extra_percent}
            onText={setPercent}
          />
          <TextField label={text.opens} type="datetime-local" value={opens} error={errors.opens_at} onText={setOpens} />
          <TextField
            label={text.closesAt}
            type="datetime-local"
            value={closes}
            error={errors.closes_at}
            onText={setCloses}
          />
          <TextField
            label={text.maxAttempts}
            type="number"
            min={0}
            value={attempts}
            error={errors.max_attempts}
            onText={setAttempts}
          />
          <TextField label={text.reason} value={reason} error={errors.reason} onText={setReason} />
        </div>
        <div>
          <Button type="submit" kind="primary" busy={setting.isBusy} disabled={!whom}>
            {text.setOverride}
          </Button>
        </div>
      </Form>
    </section>
  );
}

/** Choosing a batch, or a student by searching. */
function Whom(props: {
  name: string;
  onChoose: (whom: { user_id: number } | { batch_id: number } | undefined, name: string) => void;
}) {
  const text = texts();
  const batches = useBatches();
  const all = batches.data ?? [];
  return (
    <div class="stack">
      <p>
        {text.whom}: <strong>{props.name || "–"}</strong>
      </p>
      <Failure error={batches.error} onRetry={batches.reload} />
      <div class="form-grid">
        <SelectField
          label={text.batch}
          value=""
          onChoice={(value) => {
            const batch = all.find(({ id }) => String(id) === value);
            if (batch) props.onChoose({ batch_id: batch.id }, batch.name);
          }}
          options={[{ value: "", text: "–" }, ...all.map(({ id, name }) => ({ value: String(id), text: name }))]}
        />
        <PersonSearch
          label={text.findStudent}
          action={text.chooseStudent}
          onChoose={(person) => props.onChoose({ user_id: person.id }, person.full_name)}
        />
      </div>
    </div>
  );
}
