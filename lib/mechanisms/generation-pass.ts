/*
 * One pass over generations: whether it ages first, which type it takes from, how much, and when it ends.
 *
 *                  budget                     ages                              ends
 *   batch  (6.12)  total >> priority, anew    below priority 12, and that is    when the budget is passed; the last
 *                  before each batch          all that the pass does            batch is a whole one
 *   abort  (6.1)   the same                   the same, then evicts             also once two generations have started, or
 *                                                                               enough is freed and some of it anonymous
 *   exact  (7.3)   once a pass, spent by      the same, then evicts             when it is spent, or enough is freed
 *                  what is looked at
 *
 * `batch` and `abort` look at up to 4096 folios to fill a batch, and try the other type if that found nothing to take.
 * `exact` looks at no more than a batch, and tries again once.
 *
 * Source: mm/vmscan.c, get_nr_to_scan(), should_abort_scan(), get_type_to_scan(), isolate_folios(), evict_folios(),
 * try_to_shrink_lruvec(), 6.1, 6.12 and 7.3.
 */
import { atPriority, DEF_PRIORITY, MAX_LOOKS } from "../mm/batch.js";
import { ANON, FILE, type MemType } from "../mm/folio.js";
import type { GenerationClock } from "../mm/lruvec.js";
import type { Generations } from "./generations.js";
import type { Settings } from "./settings.js";

/** The run that the pass belongs to, as far as it cares. Kernel: struct scan_control. */
export interface ReclaimRun {
  readonly priority: number;
  readonly swappiness: number;
  readonly nrToReclaim: number;
  readonly nrReclaimed: number;
  readonly nrBatches: number;
  readonly nrTaken: number;
  nrLooked: number;
  more(): boolean;
  look(nr: number): void;
  stop(): void;
}

/** What a pass drives. */
export interface PassParts<Run extends ReclaimRun> {
  readonly ring: Generations;
  readonly clock: GenerationClock;
  /** Candidates in a batch. */
  readonly batch: number;
  /** Anonymous memory can be evicted by this run. */
  canSwap(sc: Run): boolean;
  /** The type to start with, where both can be evicted. */
  pickType(sc: Run): MemType;
  /** Look at up to `looks` folios at the tail of the type's oldest generation, and take. The policy's part. */
  scan(sc: Run, type: MemType, looks: number): void;
  /** Set the tiers' limit of a type that nobody picked. */
  updateTiers(type: MemType): void;
  /** Walk the page tables, if the machine does. */
  walk(canSwap: boolean): void;
  /** Of so many pages, those that no memory.low or memory.min keeps. */
  unprotected(nr: number): number;
  /** The run needs no more from this lruvec. */
  isDone(sc: Run): boolean;
  /** Empty the per-CPU batches. */
  drain(): void;
}

/** The hooks `budget` and `isolate` of a policy of generations. */
export interface GenerationPass<Run extends ReclaimRun> {
  budget(sc: Run): number;
  isolate(sc: Run): void;
}

const otherOf = (type: MemType): MemType => (type === ANON ? FILE : ANON);

function age<Run extends ReclaimRun>({ ring, walk }: PassParts<Run>, canSwap: boolean): void {
  walk(canSwap);
  ring.advance(canSwap);
}

/** The pass that a setting names. */
export function generationPass<Run extends ReclaimRun>(
  rule: Settings["budget"],
  parts: PassParts<Run>,
): GenerationPass<Run> {
  return rule === "exact" ? exactShare(parts) : wholeBatches(parts, rule === "abort");
}

/** 6.12; with `aborts` 6.1. */
function wholeBatches<Run extends ReclaimRun>(parts: PassParts<Run>, aborts: boolean): GenerationPass<Run> {
  const { ring, clock } = parts;
  /** Of the pass that is on: the generation clock at its start, and whether it took anonymous folios. */
  let seqAtStart = 0;
  let swapping = false;

  function scan(sc: Run, type: MemType): void {
    parts.scan(sc, type, MAX_LOOKS);
    if (type === ANON && sc.nrTaken > 0) swapping = true;
  }

  return {
    budget(sc) {
      const first = sc.nrBatches === 0;
      if (first) parts.drain();
      const canSwap = parts.canSwap(sc);
      const aging = ring.needAging(canSwap, aborts);
      const part = atPriority(ring.total, sc.priority);
      if (!first && parts.isDone(sc)) return 0;
      if (first) [seqAtStart, swapping] = [clock.maxSeq, false];
      else if (aborts) {
        if (clock.maxSeq - seqAtStart > 1 || (swapping && sc.nrReclaimed >= sc.nrToReclaim)) return 0;
      }
      if (aging && sc.priority === DEF_PRIORITY && !ring.isEvictable(canSwap ? ANON : FILE)) return 0;
      if (!aging || sc.priority === DEF_PRIORITY) return part;
      age(parts, canSwap);
      return aborts ? part : 0; // 6.12: out of cold folios, the next priority evicts
    },

    isolate(sc) {
      const both = parts.canSwap(sc);
      const type = both ? parts.pickType(sc) : FILE;
      scan(sc, type);
      if (sc.nrTaken === 0 && sc.more() && both) {
        sc.nrLooked = 0;
        parts.updateTiers(otherOf(type));
        scan(sc, otherOf(type));
      }
      if (sc.nrTaken === 0 && sc.more()) sc.nrLooked = 0; // sorting alone is no progress
      if (ring.catchUp(both)) sc.look(1);
      if (!ring.isEvictable(both ? ANON : FILE)) sc.stop();
    },
  };
}

/** 7.3. */
function exactShare<Run extends ReclaimRun>(parts: PassParts<Run>): GenerationPass<Run> {
  const { ring, batch } = parts;
  let left = 0;
  return {
    budget(sc) {
      const first = sc.nrBatches === 0;
      if (first) parts.drain();
      const canSwap = parts.canSwap(sc);
      const aging = ring.needAging(canSwap);
      if (!first && parts.isDone(sc)) return 0;
      if (first) left = atPriority(parts.unprotected(ring.total), sc.priority);
      if (left <= 0 || (!first && sc.nrReclaimed >= sc.nrToReclaim)) return 0;
      if (aging && (sc.priority < DEF_PRIORITY || ring.isStuck(canSwap))) age(parts, canSwap);
      return Number.MAX_SAFE_INTEGER; // `left` ends it
    },

    isolate(sc) {
      const both = parts.canSwap(sc);
      const looks = Math.min(batch, left);
      ring.catchUp(both);
      let type = both ? parts.pickType(sc) : FILE;
      // A second try, on the other type if the first met nothing.
      for (let attempt = 0; attempt < (both ? 2 : 1) && sc.nrTaken === 0; attempt++) {
        const before = sc.nrLooked;
        parts.updateTiers(type);
        parts.scan(sc, type, looks);
        if (sc.nrLooked === before) type = otherOf(type);
      }
      if (sc.nrLooked > 0) ring.catchUp(both);
      left -= sc.nrLooked;
    },
  };
}
