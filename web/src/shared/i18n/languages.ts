import { language } from "./language";

/** The languages in which papers are set in India, by code: English, Hindi, and the others by their English names. */
export const LANGUAGES = ["en", "hi", "as", "bn", "gu", "kn", "ml", "mr", "or", "pa", "ta", "te", "ur"] as const;

/** A language's name in the language of the app; its code where the browser knows no name. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames([language.value], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
