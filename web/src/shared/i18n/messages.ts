import { language } from "./language";

type Text = string | ((...values: never[]) => string);

/** The same keys, with texts where there are texts and functions of the same values where there are functions. */
type Translated<T> = {
  readonly [K in keyof T]: T[K] extends (...values: infer V) => string ? (...values: V) => string : string;
};

/**
 * The texts of one feature in both languages; a missing one is a type error.
 *
 * @returns reads the texts of the current language. A component that calls it renders again when the language changes.
 */
export function messages<T extends Readonly<Record<string, Text>>>(
  english: T,
  hindi: Translated<T>,
): () => Translated<T> {
  // English is its own translation, which TypeScript cannot see through the mapped type.
  const own = english as unknown as Translated<T>;
  return () => (language.value === "hi" ? hindi : own);
}
