import type { Schema } from "@/shared/api/client";
import { moment } from "@/shared/format/time";

import { timeLeft } from "./left";
import { texts } from "./texts";

type Exam = Schema<"ExamSummary">;

const DAY = 86_400_000;

/** Whether an exam is upcoming, open or completed, in a word. */
export function StateBadge(props: { exam: Exam }) {
  const text = texts();
  switch (props.exam.status) {
    case "upcoming":
      return <span class="badge badge--accent">{text.upcoming}</span>;
    case "ongoing":
      return <span class="badge badge--good">{text.ongoing}</span>;
    default:
      return <span class="badge">{text.completed}</span>;
  }
}

/** When an exam opens or closes: a countdown within the last days, a date before and after. */
export function When(props: { exam: Exam; now: Date }) {
  const text = texts();
  const { exam, now } = props;
  const untilOpening = Date.parse(exam.opens_at) - now.getTime();
  if (exam.status === "upcoming") {
    const isNear = untilOpening > 0 && untilOpening < 3 * DAY;
    return <>{isNear ? text.opensIn(timeLeft(untilOpening)) : text.opens(moment(exam.opens_at))}</>;
  }
  if (exam.closes_at === null) return null;
  const untilClosing = Date.parse(exam.closes_at) - now.getTime();
  if (untilClosing <= 0) return <>{text.closed(moment(exam.closes_at))}</>;
  return <>{untilClosing < 3 * DAY ? text.closesIn(timeLeft(untilClosing)) : text.closes(moment(exam.closes_at))}</>;
}
