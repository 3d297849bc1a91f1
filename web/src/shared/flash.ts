import { signal } from "@preact/signals";

export interface Flash {
  readonly kind: "status" | "alert";
  readonly text: string;
}

/** What the next screen says once, such as that something was saved on the last one. */
export const flash = signal<Flash | null>(null);

export function tellNext(text: string, kind: Flash["kind"] = "status"): void {
  flash.value = { kind, text };
}
