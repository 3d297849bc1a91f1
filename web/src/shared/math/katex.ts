import katex from "katex";

/** Replace an element's content by a formula in MathML. Limits keep a hostile formula from filling page or memory. */
export function render(tex: string, element: HTMLElement, isDisplay: boolean): void {
  katex.render(tex, element, {
    displayMode: isDisplay,
    output: "mathml",
    throwOnError: false,
    strict: "ignore",
    trust: false,
    maxSize: 20,
    maxExpand: 500,
  });
}
