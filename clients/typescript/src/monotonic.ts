/** Milliseconds by a clock that the device's time of day does not move. */
export function monotonic(): number {
  return performance.now();
}
