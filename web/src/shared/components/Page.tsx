import { useEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";

import { flash, type Flash } from "@/shared/flash";

import { Notice } from "./Notice";

let isFirstPage = true;

/** The frame of a screen: title, heading, what the last screen left to say. Focus moves to the heading, as on a new page. */
export function Page(props: {
  title: string;
  children: ComponentChildren;
  /** Controls beside the heading. */
  actions?: ComponentChildren;
  /** A line under the heading. */
  lead?: ComponentChildren;
  wide?: boolean;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [told, setTold] = useState<Flash | null>(null);
  useTitle(props.title);
  useEffect(() => {
    setTold(flash.peek());
    flash.value = null;
    if (!isFirstPage) heading.current?.focus();
    isFirstPage = false;
  }, []);
  return (
    <div class={props.wide ? "page page--wide" : "page"}>
      <header class="page__head">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {props.title}
          </h1>
          {props.lead ? <p class="page__lead">{props.lead}</p> : null}
        </div>
        {props.actions ? <div class="page__actions">{props.actions}</div> : null}
      </header>
      {told ? <Notice kind={told.kind}>{told.text}</Notice> : null}
      {props.children}
    </div>
  );
}

/** The tab's title begins with the heading. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Exam platform`;
  }, [title]);
}
