import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { Failure } from "@/shared/components/Failure";
import { SelectField } from "@/shared/components/fields";
import { Page } from "@/shared/components/Page";
import { number } from "@/shared/format/time";
import { useNow } from "@/shared/format/useNow";
import { common } from "@/shared/i18n/common";
import { ListEnd } from "@/shared/lists/ListEnd";
import { inTurn } from "@/shared/lists/inTurn";
import { SearchField } from "@/shared/lists/SearchField";
import { type Search, useSearch } from "@/shared/lists/useSearch";
import { type LoadPart, useCursorList } from "@/shared/lists/useServerList";

import { StateBadge, When } from "./ExamState";
import "./exams.css";
import { texts } from "./texts";

type Exam = Schema<"ExamSummary">;
type Status = Exam["status"];

/** What can be sat now comes first; the server sorts by date alone. */
const IN_ORDER: readonly Status[] = ["ongoing", "upcoming", "completed"];

type Query = Search["query"];

/** The exams of one status, or all by their dates. */
function listOf(status: Status | undefined, query: Query): LoadPart<Exam> {
  return async (cursor, signal) => {
    const page = await api.get("/api/exams", {
      params: { query: { ...query, ...(status && { status }), ...(cursor && { cursor }) } },
      signal,
    });
    return { items: page.exams, next: page.next_cursor };
  };
}

/** All exams in order; one request, unless there are more than it answers with. */
function openFirst(query: Query): LoadPart<Exam> {
  const byStatus = inTurn(IN_ORDER.map((status) => listOf(status, query)));
  return async (cursor, signal) => {
    if (cursor !== undefined) return byStatus(cursor, signal);
    const all = await listOf(undefined, query)(undefined, signal);
    if (all.next !== null) return byStatus(undefined, signal);
    return { items: IN_ORDER.flatMap((wanted) => all.items.filter(({ status }) => status === wanted)), next: null };
  };
}

/** The exams of a student, whatever their state. */
export default function ExamsScreen() {
  const text = texts();
  const search = useSearch();
  const [status, setStatus] = useState<Status | "">("");
  const now = useNow(30);
  const exams = useCursorList<Exam>(
    `${status} ${search.q}`,
    status ? listOf(status, search.query) : openFirst(search.query),
  );
  return (
    <Page title={text.exams}>
      <div class="filters">
        <SearchField label={text.search} search={search} />
        <SelectField
          label={text.show}
          value={status}
          onChoice={(value) => setStatus(value as Status | "")}
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
      <ListEnd list={exams} empty={text.none} />
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
