/*
 * What the kernel does by timer, done when the work has taken so long. Asked at each miss: between two misses nothing
 * that a timer changes is looked at.
 * Source: mm/memcontrol.c, flush_memcg_stats_dwork(), FLUSH_TIME, 6.12.
 */
import type { Time } from "../mm/time.js";
import type { Core } from "./core.js";

/** Period at which memcg statistics are flushed, in ns (FLUSH_TIME: 2 s). */
const FLUSH_TIME = 2e9;

export class Timers {
  private nextFlush = FLUSH_TIME;

  constructor(
    private readonly core: Core,
    readonly time: Time,
  ) {
    if (time.passes) for (const lruvec of core.lruvecs) lruvec.delayStatistics();
  }

  /** Let what is due happen. */
  tick(): void {
    if (!this.time.passes) return;
    const now = this.time.now();
    if (now < this.nextFlush) return;
    this.flushStatistics();
    this.nextFlush = now + FLUSH_TIME;
  }

  /** Bring memcg statistics up to date, as a reader of memory.stat does. */
  flushStatistics(): void {
    for (const lruvec of this.core.lruvecs) lruvec.flushStatistics();
  }
}
