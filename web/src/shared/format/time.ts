import { language } from "@/shared/i18n/language";

function locale(): string {
  return language.value === "hi" ? "hi-IN-u-nu-latn" : "en-IN";
}

/** A moment with date and time, in the reader's time zone unless another one is named. */
export function moment(iso: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale(), {
    dateStyle: "medium",
    timeStyle: "short",
    ...(timeZone !== undefined && { timeZone }),
  }).format(new Date(iso));
}

export function day(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium" }).format(new Date(iso));
}

/** A number as people write it, with at most two decimals. */
export function number(value: number): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: 2 }).format(value);
}
