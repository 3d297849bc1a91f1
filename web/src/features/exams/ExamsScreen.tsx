import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { usePages } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { SelectField, TextField } from "@/shared/components/fields";
import { Loading } from "@/shared/components/Loading";
import { Page } from "@/shared/components/Page";
import { number } from "@/shared/format/time";
import { useNow } from "@/shared/format/useNow";
import { useSettled } from "@/shared/format/useSettled";
import { common } from "@/shared/i18n/common";

import { StateBadge, When } from "./ExamState";
import "./exams.css";
import { texts } from "./texts";

type Exam = Schema<"ExamSummary">;
type Status = "" | "ongoing" | "upcoming" | "completed";

/** The exams of a student, whatever their state. */
export default function ExamsScreen() {
  const text = texts();
  const [typed, setTyped] = useState("");
  const [status, setStatus] = useState<Status>("");
  const q = useSettled(typed.trim());
  const now = useNow(30);
  const exams = usePages<Exam>(`${status} ${q}`, async (cursor, signal) => {
    const page = await api.get("/api/exams", {
      params: { query: { ...(q && { q }), ...(status && { status }), ...(cursor && { cursor }) } },
      signal,
    });
    return { items: page.exams, next: page.next_cursor };
  });
  return (
    <Page title={text.exams}>
      <div class="exams__filters">
        <TextField label={text.search} type="search" value={typed} onText={setTyped} />
        <SelectField
          label={text.show}
          value={status}
          onChoice={(value) => setStatus(value as Status)}
          options={[
            { value: "", text: text.all },
            { value: "ongoing", text: text.ongoing },
            { value: "upcoming", text: text.upcoming },
            { value: "completed", text: text.completed },
          ]}
        />
      </div>
      <Failure error={exams.error} onRetry={exams.reload} />
      <ul role="list" class="plain-list grid" aria-label={text.exams}>
        {exams.items.map((exam) => (
          <ExamCard key={exam.id} exam={exam} now={now} />
        ))}
      </ul>
      {exams.isLoading ? <Loading /> : null}
      {!exams.isLoading && !exams.error && exams.items.length === 0 ? <p class="muted">{text.none}</p> : null}
      {exams.hasMore ? (
        <p class="exams__more">
          <Button onClick={exams.more} busy={exams.isLoading}>
            {common().showMore}
          </Button>
        </p>
      ) : null}
    </Page>
  );
}

function ExamCard(props: { exam: Exam; now: Date }) {
  const { exam } = props;
  const text = texts();
  return (
    <li class={`card exam-card exam-card--${exam.status}`}>
      <div class="row row--apart exam-card__head">
        <h2 class="exam-card__name">
          <a href={`/app/exams/${exam.id}`}>{exam.name}</a>
        </h2>
        <StateBadge exam={exam} />
      </div>
      <p class="muted small exam-card__facts">
        {[
          common().minutes(exam.duration),
          text.questions(exam.total_questions),
          text.marks(number(exam.max_marks)),
        ].join(" · ")}
      </p>
      <p class="small exam-card__when">
        <When exam={exam} now={props.now} />
      </p>
    </li>
  );
}
