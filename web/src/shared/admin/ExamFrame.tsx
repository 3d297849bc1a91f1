import { useLocation } from "preact-iso";
import type { ComponentChildren } from "preact";

import { Page } from "@/shared/components/Page";
import { messages } from "@/shared/i18n/messages";

const texts = messages(
  { exam: "Exam", overview: "Overview", questions: "Questions", results: "Results", overrides: "Exceptions" },
  { exam: "परीक्षा", overview: "सारांश", questions: "प्रश्न", results: "परिणाम", overrides: "अपवाद" },
);

/** A screen of one exam, with the way to its others. */
export function ExamFrame(props: {
  id: number;
  title: string;
  /** The exam's name, or what else stands below the heading. */
  lead?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
}) {
  const text = texts();
  const { path } = useLocation();
  const base = `/app/admin/exams/${props.id}`;
  const links = [
    { href: base, name: text.overview, isCurrent: path === base || path === `${base}/edit` },
    { href: `${base}/questions`, name: text.questions, isCurrent: /\/(questions|import|generate)\b/.test(path) },
    { href: `${base}/results`, name: text.results, isCurrent: path === `${base}/results` },
    { href: `${base}/overrides`, name: text.overrides, isCurrent: path === `${base}/overrides` },
  ];
  return (
    <>
      <nav aria-label={text.exam} class="exam-links">
        {links.map(({ href, name, isCurrent }) => (
          <a key={href} href={href} class="exam-links__link" aria-current={isCurrent ? "page" : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <Page title={props.title} lead={props.lead} actions={props.actions}>
        {props.children}
      </Page>
    </>
  );
}
