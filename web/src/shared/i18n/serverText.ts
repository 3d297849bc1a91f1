import { effect, signal } from "@preact/signals";

import type { errorsInHindi } from "./errorsInHindi";
import { language } from "./language";
import type { inHindi } from "./sentences";

/** Loaded where Hindi is chosen; the server's own words are shown until then. */
const loaded = signal<{ errors: typeof errorsInHindi; sentence: typeof inHindi }>();

effect(() => {
  if (language.value !== "hi" || loaded.peek()) return;
  void Promise.all([import("./errorsInHindi"), import("./sentences")]).then(
    ([{ errorsInHindi: errors }, { inHindi: sentence }]) => (loaded.value = { errors, sentence }),
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
