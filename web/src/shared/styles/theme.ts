import { effect, signal } from "@preact/signals";

import { kept } from "@/shared/storage/kept";

export type Theme = "light" | "dark";

const stored = kept("theme", (text) => (text === "light" || text === "dark" ? text : undefined));
const system = window.matchMedia("(prefers-color-scheme: dark)");
const chosen = signal<Theme | undefined>(stored.read());
const preferred = signal<Theme>(system.matches ? "dark" : "light");

system.addEventListener("change", () => (preferred.value = system.matches ? "dark" : "light"));

/** The theme in use: the one that was chosen in this browser, else the system's. */
export function theme(): Theme {
  return chosen.value ?? preferred.value;
}

/** What was chosen in this browser; undefined to follow the system. */
export function chosenTheme(): Theme | undefined {
  return chosen.value;
}

export function chooseTheme(value: Theme | undefined): void {
  chosen.value = value;
  stored.write(value);
}

effect(() => {
  document.documentElement.dataset.theme = theme();
});
