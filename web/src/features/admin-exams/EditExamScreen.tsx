import { useState } from "preact/hooks";

import { ExamFrame } from "@/shared/admin/ExamFrame";
import { useExam } from "@/shared/admin/useExam";
import { api, ApiError, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { Form } from "@/shared/components/Form";
import { Loading } from "@/shared/components/Loading";
import { tellNext } from "@/shared/flash";
import { useNavigate } from "@/shared/navigate";
import type { ScreenProps } from "@/shared/screen";

import { ExamFields } from "./ExamFields";
import { fieldsOf, formOf } from "./examForm";
import { texts } from "./texts";

/** Changing an exam's settings. */
export default function EditExamScreen(props: ScreenProps) {
  const id = Number(props.params.id);
  const loaded = useExam(id);
  return (
    <ExamFrame id={id} title={texts().edit} lead={loaded.data?.exam.name}>
      <Failure error={loaded.error} onRetry={loaded.reload} />
      {loaded.data ? <Editor exam={loaded.data.exam} /> : loaded.isLoading ? <Loading /> : null}
    </ExamFrame>
  );
}

function Editor(props: { exam: Schema<"CheckedExam"> }) {
  const text = texts();
  const { exam } = props;
  const navigate = useNavigate();
  const [before] = useState(() => formOf(exam));
  const [form, setForm] = useState(before);
  const saving = useAction(async () => {
    await api.post("/admin/exams/edit/{exam_id}", {
      params: { path: { exam_id: exam.id } },
      body: fieldsOf(form, before),
    });
    tellNext(text.saved);
    navigate(`/app/admin/exams/${exam.id}`);
  });
  return (
    <div class="card">
      <Form onSubmit={() => saving.run()} error={saving.error} checks="server">
        <ExamFields
          form={form}
          onChange={setForm}
          errors={saving.error instanceof ApiError ? saving.error.fields : {}}
          hasCode={exam.has_access_code}
        />
        <div>
          <Button kind="primary" type="submit" busy={saving.isBusy}>
            {text.save}
          </Button>
        </div>
      </Form>
    </div>
  );
}
