export interface TextPart {
  readonly kind: "text";
  readonly text: string;
}

export interface FormulaPart {
  readonly kind: "formula";
  /** LaTeX, without its delimiters. */
  readonly latex: string;
  /** Whether it stands on a line of its own. */
  readonly isDisplay: boolean;
  /** As written, shown where it cannot be typeset. */
  readonly source: string;
}

export type Part = TextPart | FormulaPart;

// A single dollar opens only before and closes only after a character that is no space, and not before a digit, so that
// "$5 and $10" stays text.
const FORMULA =
  /\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|(?<!\\)\$(?=\S)((?:\\[\s\S]|[^$\\])+?)(?<=\S)\$(?!\d)/g;

/** Divides a text into plain parts and LaTeX: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`. `\$` is a dollar. */
export function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(FORMULA)) {
    if (match.index > end) parts.push(plain(text.slice(end, match.index)));
    const [source, dollars, brackets, parentheses, dollar] = match;
    const display = dollars ?? brackets;
    parts.push({
      kind: "formula",
      latex: (display ?? parentheses ?? dollar ?? "").trim(),
      isDisplay: display !== undefined,
      source,
    });
    end = match.index + source.length;
  }
  if (end < text.length) parts.push(plain(text.slice(end)));
  return parts;
}

function plain(text: string): TextPart {
  return { kind: "text", text: text.replaceAll("\\$", "$") };
}
