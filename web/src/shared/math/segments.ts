/** A piece of a text: words as they are, or a formula. */
export type Segment = { readonly kind: "text"; readonly text: string } | Formula;

export interface Formula {
  readonly kind: "math";
  readonly tex: string;
  /** Set in a line of its own. */
  readonly isDisplay: boolean;
}

// A dollar sign opens a formula only before a character and closes one only after a character and not before a digit,
// so that "costs $5 or $6" stays text. A backslash before a dollar sign makes it text, too.
const FORMULA =
  /\$\$([^$]+)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|(?<!\\)\$(?!\s)((?:\\.|[^$\\])+?)(?<!\s)\$(?!\d)/g;

/** Cut a text into words and formulas, in order. */
export function segments(text: string): readonly Segment[] {
  const found: Segment[] = [];
  let end = 0;
  for (const match of text.matchAll(FORMULA)) {
    if (match.index > end) found.push(words(text.slice(end, match.index)));
    const display = match[1] ?? match[2];
    found.push({ kind: "math", tex: (display ?? match[3] ?? match[4] ?? "").trim(), isDisplay: display !== undefined });
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push(words(text.slice(end)));
  return found;
}

function words(text: string): Segment {
  return { kind: "text", text: text.replaceAll("\\$", "$") };
}
