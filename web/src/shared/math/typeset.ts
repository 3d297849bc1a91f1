import katex from "katex";

import type { FormulaPart } from "./parts";

/** Writes a formula into an element as MathML, built as nodes. What KaTeX cannot read stays as it was written. */
export function typeset(part: FormulaPart, element: HTMLElement): void {
  const made = document.createElement("span");
  try {
    katex.render(part.latex, made, {
      output: "mathml",
      displayMode: part.isDisplay,
      throwOnError: true,
      strict: "ignore",
      trust: false,
      maxSize: 20,
      maxExpand: 200,
    });
  } catch {
    return;
  }
  element.replaceChildren(...made.childNodes);
}
