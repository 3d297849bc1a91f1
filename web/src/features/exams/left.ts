import { texts } from "./texts";

/** A span of time in its two largest units, at least a minute. */
export function timeLeft(milliseconds: number): string {
  const text = texts();
  const minutes = Math.max(1, Math.ceil(milliseconds / 60_000));
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  const rest = minutes % 60;
  if (days > 0) return hours > 0 ? `${text.days(days)} ${text.hours(hours)}` : text.days(days);
  if (hours > 0) return rest > 0 ? `${text.hours(hours)} ${text.minutesShort(rest)}` : text.hours(hours);
  return text.minutesShort(rest);
}
