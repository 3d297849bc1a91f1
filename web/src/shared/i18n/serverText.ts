import { effect, signal } from "@preact/signals";

import type { errorsInHindi } from "./errorsInHindi";
import { language } from "./language";
import type { fieldInHindi, inHindi } from "./sentences";

/** Loaded where Hindi is chosen; the server's own words are shown until then. */
const loaded = signal<{ errors: typeof errorsInHindi; sentence: typeof inHindi; field: typeof fieldInHindi }>();

effect(() => {
  if (language.value !== "hi" || loaded.peek()) return;
  void Promise.all([import("./errorsInHindi"), import("./sentences")]).then(
    ([{ errorsInHindi: errors }, { inHindi: sentence, fieldInHindi: field }]) =>
      (loaded.value = { errors, sentence, field }),
    () => undefined,
  );
});

/** The texts of errors in the chosen language, by their code; none for the server's own. */
export function errorTexts(): typeof errorsInHindi | undefined {
  return language.value === "hi" ? loaded.value?.errors : undefined;
}

/**
 * A sentence of the server in the chosen language, or as it is where there is no translation. A component that calls it
 * renders again when the language changes.
 */
export function serverText(sentence: string): string {
  return (language.value === "hi" ? loaded.value?.sentence(sentence) : undefined) ?? sentence;
}

/** The name of a field of the API for people, in the chosen language. */
export function fieldName(name: string): string {
  const translated = language.value === "hi" ? loaded.value?.field(name) : undefined;
  return (translated ?? name).replaceAll("_", " ");
}
