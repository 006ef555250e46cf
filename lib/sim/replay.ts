/*
 * The only loop that runs once per access.
 *
 *   for each record: if its PTE is present, set the accessed bit (and dirty) -- else mappedAccess(core, slot, write)
 *
 * is written out below with the columns in locals: a tight inner loop over hits that leaves at the first PTE
 * that is not present. A hit allocates nothing and calls nothing; slots of descriptor accesses never have a
 * present PTE, so the inner loop need not know about them. Between two events the loop does not look at time.
 */
import { PTE_DIRTY, PTE_PRESENT, PTE_TOUCHED, PTE_YOUNG } from "../mm/memory.js";
import type { Core } from "../reclaim/core.js";
import { fdAccess, mappedAccess } from "../reclaim/fault.js";
import { unmapRange } from "../reclaim/unmap-range.js";
import { SLOT_MASK, type Trace, WRITE } from "../trace/trace.js";

/** log2 of PTE_RO: a store to such a PTE faults. */
const RO_SHIFT = 4;
const HIT = PTE_PRESENT | PTE_YOUNG | PTE_TOUCHED;

/** What happens between two records: before record `at`, do it. */
interface Stop {
  readonly at: number;
  happen(): void;
}

/**
 * Replay a trace. Returns the records replayed: fewer than there are if the memcg ran out of memory.
 * @param checkpoints - Parts of equal length; after each, `atCheckpoint` is called with the records replayed.
 */
export function replay(
  core: Core,
  trace: Trace,
  checkpoints = 0,
  atCheckpoint: (replayed: number) => void = () => {},
): number {
  const { length } = trace.records;
  const stops: Stop[] = trace.events.map(({ at, start, nr }) => ({
    at,
    happen: () => unmapRange(core, start, nr),
  }));
  const step = checkpoints > 0 ? Math.max(1, Math.floor(length / checkpoints)) : length;
  for (let at = step; checkpoints > 0 && at < length; at += step) {
    stops.push({ at, happen: () => atCheckpoint(at) });
  }
  stops.sort((a, b) => a.at - b.at);
  let from = 0;
  for (const stop of stops) {
    const reached = run(core, trace, from, stop.at);
    if (reached < stop.at) return reached;
    from = stop.at;
    stop.happen();
  }
  const reached = run(core, trace, from, length);
  if (checkpoints > 0) atCheckpoint(reached);
  return reached;
}

/** Replay records [from, end). Returns the end, or the index of the record that met no memory. */
function run(core: Core, trace: Trace, from: number, end: number): number {
  const { records, layout } = trace;
  const { pte } = core.memory;
  const { nrSlots } = layout;
  let i = from;
  for (;;) {
    let record = 0;
    while (i < end) {
      record = records[i++]!;
      const slot = record & SLOT_MASK;
      const entry = pte[slot]!;
      if ((entry & PTE_PRESENT) === 0 || ((record >>> 31) & (entry >> RO_SHIFT)) !== 0) break;
      pte[slot] = entry | HIT | ((record >>> 31) * PTE_DIRTY);
      record = -1;
    }
    core.stat.nr_record = i;
    if (record === -1 || i === from) return end;
    const slot = record & SLOT_MASK;
    const write = (record & WRITE) !== 0;
    const ok = slot < nrSlots ? mappedAccess(core, slot, write) : fdAccess(core, slot, write);
    if (!ok) return i - 1;
    if (i === end) return end;
  }
}
