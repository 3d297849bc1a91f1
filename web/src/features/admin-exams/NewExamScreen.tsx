import { useState } from "preact/hooks";

import { api, ApiError } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { useLoaded } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { Form } from "@/shared/components/Form";
import { Page } from "@/shared/components/Page";
import { tellNext } from "@/shared/flash";
import { useNavigate } from "@/shared/navigate";

import { ExamFields } from "./ExamFields";
import { EMPTY, fieldsOf } from "./examForm";
import { texts } from "./texts";

// Unlike the server, which does not limit attempts unless told to, the form begins with one.
const NOTHING_SENT = { ...EMPTY, maxAttempts: "" };

/** A new exam, from a preset or from nothing. */
export default function NewExamScreen() {
  const text = texts();
  const navigate = useNavigate();
  const [form, setForm] = useState(EMPTY);
  const presets = useLoaded("presets", (signal) => api.get("/admin/api/exam-presets", { signal }));
  const creating = useAction(async () => {
    const { exam_id: id } = await api.post("/admin/exams", {
      body: { ...fieldsOf(form, NOTHING_SENT), name: form.name.trim(), date: form.date, start_time: form.startTime },
    });
    tellNext(text.created);
    navigate(`/app/admin/exams/${id}`);
  });
  return (
    <Page title={text.newExam}>
      <div class="card">
        <Failure error={presets.error} onRetry={presets.reload} />
        <Form onSubmit={() => creating.run()} error={creating.error} checks="server">
          <ExamFields
            form={form}
            onChange={setForm}
            errors={creating.error instanceof ApiError ? creating.error.fields : {}}
            presets={presets.data?.presets ?? []}
          />
          <div>
            <Button kind="primary" type="submit" busy={creating.isBusy}>
              {text.create}
            </Button>
          </div>
        </Form>
      </div>
    </Page>
  );
}
