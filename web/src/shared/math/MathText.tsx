import { useEffect, useMemo, useRef } from "preact/hooks";

import "./math.css";
import { type Formula, segments } from "./segments";

/** A text from the server: its words as they are, its formulas as MathML. */
export function MathText(props: { text: string }) {
  const parts = useMemo(() => segments(props.text), [props.text]);
  return (
    <>
      {parts.map((part, index) =>
        part.kind === "text" ? part.text : <Rendered key={`${index} ${part.tex}`} formula={part} />,
      )}
    </>
  );
}

/** A formula; until KaTeX is loaded, and where it cannot read the formula, the source is shown. */
function Rendered(props: { formula: Formula }) {
  const element = useRef<HTMLSpanElement>(null);
  const { tex, isDisplay } = props.formula;
  useEffect(() => {
    let isCurrent = true;
    void import("./katex").then(
      ({ render }) => {
        if (isCurrent && element.current) render(tex, element.current, isDisplay);
      },
      // Without the code, the source stays.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [tex, isDisplay]);
  return (
    <span ref={element} class={isDisplay ? "formula formula--display" : "formula"}>
      {tex}
    </span>
  );
}
