import { useLocation } from "preact-iso";
import type { ComponentChildren } from "preact";

import { Page } from "@/shared/components/Page";

import "./admin-exams.css";
import { texts } from "./texts";

/** A screen of one exam, with the way to its others. */
export function ExamFrame(props: {
  id: number;
  title: string;
  lead?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
}) {
  const text = texts();
  const { path } = useLocation();
  const base = `/app/admin/exams/${props.id}`;
  const links = [
    { href: base, name: text.overview },
    { href: `${base}/questions`, name: text.questions },
    { href: `${base}/results`, name: text.results },
    { href: `${base}/overrides`, name: text.overrides },
  ];
  return (
    <>
      <nav aria-label={text.exam} class="exam-links">
        {links.map(({ href, name }) => (
          <a key={href} href={href} class="exam-links__link" aria-current={path === href ? "page" : undefined}>
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
