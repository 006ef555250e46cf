/** Simulated time. No clock of the host is ever read: time is what the work done so far has taken. */
export interface Time {
  /** False for the null object: no time ever passes, so no timer fires. */
  readonly passes: boolean;
  /** Nanoseconds since boot. Never decreases. */
  now(): number;
  /** Of these, how many were spent in page-table walks. */
  walking(): number;
}

/** Off: no time passes. */
export const NO_TIME: Time = { passes: false, now: () => 0, walking: () => 0 };
