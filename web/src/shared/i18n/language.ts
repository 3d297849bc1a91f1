import { effect, signal } from "@preact/signals";

import { kept } from "@/shared/storage/kept";

export type Language = "en" | "hi";

const stored = kept("language", (text) => (text === "en" || text === "hi" ? text : undefined));

/** The language of the app's own texts; questions have their own. */
export const language = signal<Language>(stored.read() ?? (navigator.language.startsWith("hi") ? "hi" : "en"));

/** Choose a language and keep the choice in this browser. */
export function chooseLanguage(chosen: Language): void {
  language.value = chosen;
  stored.write(chosen);
}

effect(() => {
  document.documentElement.lang = language.value;
});
