/*
 * The only loop that runs once per access.
 *
 *   for each record: if its PTE is present, set the accessed bit (and dirty) -- else mappedAccess(core, slot, write)
 *
 * is written out below with the columns in locals: a tight inner loop over hits that leaves at the first PTE
 * that is not present. A hit allocates nothing and calls nothing; slots of descriptor accesses never have a
 * present PTE, so the inner loop need not know about them. Between two events the loop does not look at time.
 */
import { PTE_DIRTY, PTE_PRESENT, PTE_TOUCHED, PTE_USED, PTE_YOUNG } from "../mm/memory.js";
import type { Core } from "../reclaim/core.js";
import { fdAccess, mappedAccess } from "../reclaim/fault.js";
import { unmapRange } from "../reclaim/unmap-range.js";
import { SLOT_MASK, type Trace, WRITE } from "../trace/trace.js";
import { replayTold } from "./replay-told.js";

/** log2 of PTE_RO: a store to such a PTE faults. */
const RO_SHIFT = 4;
const HIT = PTE_PRESENT | PTE_YOUNG | PTE_TOUCHED | PTE_USED;

/** What happens between two records: before record `at`, do it. */
interface Stop {
  readonly at: number;
  happen(): void;
}

/** Something done between records, and at the end. */
export interface Regular {
  /** Before which records: ascending, each above 0 and below the length of the trace. */
  readonly at: readonly number[];
  /** @param replayed - Records replayed so far. */
  happen(replayed: number): void;
}

/** Where `parts` equal parts of a trace end, but for the last. The lengths differ by one record at most. */
export function equalParts(length: number, parts: number): number[] {
  const ends = Array.from({ length: parts - 1 }, (_, i) => Math.floor(((i + 1) * length) / parts));
  return ends.filter((at, i) => at > (ends[i - 1] ?? 0));
}

/** Multiples of the whole number of records in one of `parts` parts: what is left over is a part of its own. */
export function equalSteps(length: number, parts: number): number[] {
  const step = Math.max(1, Math.floor(length / parts));
  return Array.from({ length: Math.max(0, Math.ceil(length / step) - 1) }, (_, i) => (i + 1) * step);
}

/**
 * Replay a trace. Returns the records replayed: fewer than there are if the memcg ran out of memory.
 * @param regulars - Done between records, behind the events there, in this order. At the end all happen once more.
 */
export function replay(core: Core, trace: Trace, ...regulars: readonly Regular[]): number {
  const { length } = trace.records;
  const stops: Stop[] = trace.events.map(({ at, start, nr }) => ({
    at,
    happen: () => unmapRange(core, start, nr),
  }));
  for (const { at: ends, happen } of regulars) {
    for (const at of ends) stops.push({ at, happen: () => happen(at) });
  }
  stops.sort((a, b) => a.at - b.at);
  const told = core.attached.some(({ mechanisms }) => mechanisms.settings.hits === "told");
  const run = told ? replayTold : replayMarked;
  let from = 0;
  for (const stop of stops) {
    const reached = run(core, trace, from, stop.at);
    if (reached < stop.at) return reached;
    from = stop.at;
    stop.happen();
  }
  const reached = run(core, trace, from, length);
  for (const { happen } of regulars) happen(reached);
  return reached;
}

/** Replay records [from, end). Returns the end, or the index of the record that met no memory. */
function replayMarked(core: Core, trace: Trace, from: number, end: number): number {
  const { layout } = trace;
  const { pte } = core.memory;
  const { nrSlots } = layout;
  const records = signed(trace.records);
  for (let i = from; i < end; ) {
    i = hits(records, pte, i, end);
    core.stat.nr_record = Math.min(i + 1, end);
    if (i === end) return end;
    const record = records[i++]!;
    const slot = record & SLOT_MASK;
    const write = (record & WRITE) !== 0;
    const ok = slot < nrSlots ? mappedAccess(core, slot, write) : fdAccess(core, slot, write);
    if (!ok) return i - 1;
  }
  return end;
}

/** Accessed bits of records [from, end) up to the first whose PTE is not present, or forbids the access. Returns its index, or the end. */
function hits(records: Int32Array, pte: Uint8Array, from: number, end: number): number {
  for (let i = from; i < end; i++) {
    const record = records[i]!;
    const slot = record & SLOT_MASK;
    const entry = pte[slot]!;
    if ((entry & PTE_PRESENT) === 0 || ((record >>> 31) & (entry >> RO_SHIFT)) !== 0) return i;
    pte[slot] = entry | HIT | ((record >>> 31) * PTE_DIRTY);
  }
  return end;
}

/** The same words. Unsigned ones are floating-point numbers to the compiler as soon as two ways of the loop meet. */
const signed = ({ buffer, byteOffset, length }: Uint32Array): Int32Array =>
  new Int32Array(buffer, byteOffset, length);
