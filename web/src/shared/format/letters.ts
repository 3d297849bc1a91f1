/** The letters of a question's options, as the API names them. */
export const LETTERS = ["A", "B", "C", "D", "E", "F", "G", "H"] as const;
export type Letter = (typeof LETTERS)[number];

/** The field of a question that has an option's text. */
export function optionField(letter: Letter): `option_${Lowercase<Letter>}` {
  return `option_${letter.toLowerCase() as Lowercase<Letter>}`;
}
