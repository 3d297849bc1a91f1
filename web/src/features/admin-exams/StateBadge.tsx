import { texts } from "./texts";

/** What an exam is now: upcoming, open or completed. */
export function StateBadge(props: { state: string }) {
  const text = texts();
  if (props.state === "ongoing") return <span class="badge badge--good">{text.ongoing}</span>;
  if (props.state === "upcoming") return <span class="badge badge--accent">{text.upcoming}</span>;
  return <span class="badge">{text.completed}</span>;
}
