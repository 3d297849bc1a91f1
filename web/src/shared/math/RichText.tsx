import { useEffect, useMemo, useRef } from "preact/hooks";

import { type FormulaPart, partsOf } from "./parts";

/** A text from the server: line breaks are kept, LaTeX is typeset as MathML, and nothing is ever read as HTML. */
export function RichText(props: { text: string; lang?: string | undefined }) {
  const parts = useMemo(() => partsOf(props.text), [props.text]);
  return (
    <span class="multiline" lang={props.lang}>
      {parts.map((part, at) =>
        part.kind === "text" ? part.text : <Formula key={`${at} ${part.source}`} part={part} />,
      )}
    </span>
  );
}

function Formula({ part }: { part: FormulaPart }) {
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let isWanted = true;
    import("./typeset").then(
      ({ typeset }) => {
        if (isWanted && place.current) typeset(part, place.current);
      },
      () => undefined, // Without the code the source stays, which can be read.
    );
    return () => {
      isWanted = false;
    };
  }, [part]);
  // The content is changed by hand, and never rendered again: another formula has another key.
  return (
    <span ref={place} class={part.isDisplay ? "formula formula--display" : "formula"}>
      {part.source}
    </span>
  );
}
