/*
 * What the kernel does by timer, done when the work has taken so long. Asked at each miss: between two misses nothing
 * that a timer changes is looked at.
 * Source: mm/memcontrol.c, flush_memcg_stats_dwork(), FLUSH_TIME, 6.12.
 */
import type { Time } from "../mm/time.js";
import type { Core } from "./core.js";
import { runKswapd } from "./kswapd.js";

/** Period at which memcg statistics are flushed, in ns (FLUSH_TIME: 2 s). */
const FLUSH_TIME = 2e9;
/** Mean time between two context switches away from a busy task, in ns: the median of ms / nivcsw of the measured runs. */
const SWITCH = 12e6;
/** Under eviction the kernel's own threads get the CPU at the scheduler's tick, in ns (CONFIG_HZ=250). */
const TICK = 4e6;

export class Timers {
  /** When kswapd gets the CPU, in ns; Infinity while it sleeps. */
  private kswapdDue = Number.POSITIVE_INFINITY;
  private nextFlush: number;
  private lastWalk = 0;
  private lastWork = 0;

  /** @param phase - Part of each period that has passed when time starts, 0 to 1 (not included). */
  constructor(
    private readonly core: Core,
    readonly time: Time,
    private readonly phase: number = 0,
  ) {
    this.nextFlush = (1 - phase) * FLUSH_TIME;
    if (time.passes) for (const lruvec of core.lruvecs) lruvec.delayStatistics();
    for (const { clock } of core.lruvecs) clock.now = () => time.now();
  }

  /** Let what is due happen. */
  tick(): void {
    if (this.kswapdDue !== Number.POSITIVE_INFINITY) this.runKswapdIfDue();
    if (!this.time.passes) return;
    const now = this.time.now();
    if (now < this.nextFlush) return;
    this.flushStatistics();
    this.nextFlush = now + FLUSH_TIME;
  }

  /** kswapd has been woken: it gets the CPU at the next tick, or at once where no time passes. */
  wakeKswapd(): void {
    if (this.kswapdDue !== Number.POSITIVE_INFINITY) return;
    this.kswapdDue = this.time.passes ? (Math.floor(this.time.now() / TICK) + 1) * TICK : 0;
  }

  /** The workload waits for a disk: the CPU is free for who else wants it. */
  workloadWaits(): void {
    if (this.kswapdDue === Number.POSITIVE_INFINITY) return;
    this.kswapdDue = 0;
    this.runKswapdIfDue();
  }

  runKswapdIfDue(): void {
    if (this.time.now() < this.kswapdDue) return;
    this.kswapdDue = Number.POSITIVE_INFINITY;
    runKswapd(this.core);
  }

  /**
   * A walk is about to ask who has run. The running process has, if the CPU was taken from it since the last walk: by a
   * periodic switch, or because evictions took longer than a tick. So two walks of one reclaim run with a batch
   * evicted in between meet it twice on a slow machine; two in a row only by chance. Seen with ftrace on the rig (6.12): of 59 walks
   * after an eviction 57 met the process, of 34 in a row 2. Without time every fault counts as a switch.
   * Source: kernel/sched/core.c, context_switch(), lru_gen_use_mm(), 6.12.
   */
  noteSwitches(): void {
    const now = this.time.now();
    const walking = this.time.walking();
    const evicted = now - walking - this.lastWork >= TICK;
    const switches = (at: number): number => Math.floor(at / SWITCH + this.phase);
    if (evicted || switches(now) > switches(this.lastWalk)) {
      this.core.memory.noteSwitch();
    }
    this.lastWalk = now;
    this.lastWork = now - walking;
  }

  /** Bring memcg statistics up to date, as a reader of memory.stat does. */
  flushStatistics(): void {
    for (const lruvec of this.core.lruvecs) lruvec.flushStatistics();
    this.core.mechanisms.writeback.statisticsFlushed();
  }
}
