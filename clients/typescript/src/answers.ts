/** A letter (MCQ), letters (MSQ), or a number as text (NUMERIC). */
export type Answer = string | string[];
/** An answer, or null where there is none. */
export type MaybeAnswer = Answer | null;

/** Whether two answers are equal, however they are written: letters in any order and case, `1.50` and `1.5`. */
export function sameAnswer(one: MaybeAnswer | undefined, other: MaybeAnswer | undefined): boolean {
  return canonical(one) === canonical(other);
}

function canonical(answer: MaybeAnswer | undefined): string {
  if (!answer || answer.length === 0) return "";
  if (Array.isArray(answer)) return [...new Set(answer.map((letter) => letter.toUpperCase()))].sort().join();
  const text = answer.replace(/\s+/g, "").replace(/^[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/, "-");
  const number = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text);
  if (!number || !/\d/.test(text)) return text.toUpperCase();
  const [, sign, whole, fraction] = number;
  const digits = `${whole || "0"}${fraction ? `.${fraction}` : ""}`;
  return sign === "-" && digits !== "0" ? `-${digits}` : digits;
}
