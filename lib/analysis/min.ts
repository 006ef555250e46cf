/*
 * MIN (OPT): the page replacement that evicts what will be needed last. It sees the future, so it is no policy
 * but a bound: no demand paging with the same number of frames brings pages in less often.
 *
 * A resident page is known by the record that will access it next, and a record accesses one page, so the set
 * of resident pages is a set of record numbers:
 *
 *   record     i    i+1   i+2   i+3   i+4  ...      set bit: whoever that record accesses is resident now
 *   resident   .     1     .     .     1            page of record i is not here: a fault
 *                                                   the highest bit (i+4) is the page needed last: the victim
 *
 * An access of record i tests bit i and sets bit next(i). Pages that are never needed again are only counted;
 * they go first. Bits below i are in the past and need no clearing, because a bit above i always exists when the
 * highest is wanted. Summary words over the bits (32 to 1) find the highest in log32(records) steps.
 *
 * Freeing needs no step of its own: a page that is given back (unmap) is never needed again under its old
 * content, so it goes first, at no cost; its next touch is a first touch of another page.
 *
 * Source: Belady, A study of replacement algorithms for a virtual-storage computer, IBM Systems Journal 5(2),
 * 1966; Mattson et al., Evaluation techniques for storage hierarchies, IBM Systems Journal 9(2), 1970.
 */
import { nrFilePages, pageOfSlot, SLOT_MASK, type Trace } from "../trace/trace.js";
import { inputError } from "../util/error.js";

/** The parts of a trace that decide what MIN does. */
export type MinInput = Pick<Trace, "layout" | "records" | "events">;

/** Page-ins of MIN: `allocations + refaults` is the bound for any demand paging with `nrFrames` pages. */
export interface MinFaults {
  /** Pages of memory. */
  readonly nrFrames: number;
  /** First touches, also of an anonymous page after its slot was unmapped. The same for every number of frames. */
  readonly allocations: number;
  /** Page-ins of pages that had been in memory before. */
  readonly refaults: number;
}

/** In `nextUse`: the page is not needed again. */
const NEVER = 0xffff_ffff;

interface Future {
  /** For each record the next record on the same page, or {@link NEVER}. Shape: Uint32Array[nrRecords]. */
  readonly nextUse: Uint32Array;
  readonly allocations: number;
}

/** Go through the trace backwards: what comes next is then already known. */
function future({ layout, records, events }: MinInput): Future {
  const pageOf = pageOfSlot(layout);
  const filePages = nrFilePages(layout);
  const nextUse = new Uint32Array(records.length);
  const upcoming = new Uint32Array(pageOf.length).fill(NEVER);
  let allocations = 0;
  let event = events.length - 1;

  function forgetUnmapped(at: number): void {
    for (; event >= 0 && events[event]!.at >= at; event--) {
      const { start, nr } = events[event]!;
      const end = Math.min(start + nr, layout.nrSlots);
      for (let slot = start; slot < end; slot++) {
        const page = pageOf[slot]!;
        if (page < filePages || upcoming[page] === NEVER) continue;
        upcoming[page] = NEVER;
        allocations++;
      }
    }
  }

  forgetUnmapped(records.length);
  for (let i = records.length - 1; i >= 0; i--) {
    const page = pageOf[records[i]! & SLOT_MASK];
    if (page === undefined || page < 0) {
      throw new Error(
        `record ${i} accesses slot ${records[i]! & SLOT_MASK}, which is in no range of the layout`,
      );
    }
    nextUse[i] = upcoming[page]!;
    upcoming[page] = i;
    forgetUnmapped(i);
  }
  for (const record of upcoming) if (record !== NEVER) allocations++;
  return { nextUse, allocations };
}

/** Levels of 32-to-1 summary: bit b of a level's word w says that word 32w + b of the level below is not 0. */
function emptyLevels(nrBits: number): Uint32Array[] {
  const levels = [new Uint32Array(Math.ceil(nrBits / 32) || 1)];
  for (let top = levels[0]!; top.length > 1; top = levels.at(-1)!) {
    levels.push(new Uint32Array(Math.ceil(top.length / 32)));
  }
  return levels;
}

function setBit(levels: readonly Uint32Array[], bit: number): void {
  let index = bit;
  for (const words of levels) {
    const before = words[index >>> 5]!;
    words[index >>> 5] = before | (1 << (index & 31));
    if (before !== 0) return;
    index >>>= 5;
  }
}

function clearHighest(levels: readonly Uint32Array[]): void {
  let index = 0;
  for (let i = levels.length - 1; i >= 0; i--) index = index * 32 + 31 - Math.clz32(levels[i]![index]!);
  for (const words of levels) {
    const after = words[index >>> 5]! & ~(1 << (index & 31));
    words[index >>> 5] = after;
    if (after !== 0) return;
    index >>>= 5;
  }
}

function countFaults(nextUse: Uint32Array, nrFrames: number): number {
  const levels = emptyLevels(nextUse.length);
  const resident = levels[0]!;
  let faults = 0;
  let nrResident = 0;
  let nrDone = 0; // resident pages that are not needed again
  for (let i = 0; i < nextUse.length; i++) {
    if (((resident[i >>> 5]! >>> (i & 31)) & 1) === 0) {
      faults++;
      if (nrResident < nrFrames) nrResident++;
      else if (nrDone > 0) nrDone--;
      else clearHighest(levels);
    }
    const next = nextUse[i]!;
    if (next === NEVER) nrDone++;
    else setBit(levels, next);
  }
  return faults;
}

/**
 * MIN at several sizes of memory. The look into the future is shared; each size costs one pass more.
 *
 * A page is content, not an address: a file page mapped by several processes and read through descriptors is
 * one page. `unmap` frees anonymous pages; a file page stays cached. Runs of accesses to one page (counts) are
 * one access. The bound holds for demand paging: a policy that reads pages ahead may fault less often, though
 * it cannot bring in fewer pages.
 *
 * @param sizes - pages of memory, integers of at least 1, in any order.
 * @returns one entry for each size, in the order given.
 * @throws InputError for a size that is no positive integer.
 */
export function minCurve(trace: MinInput, sizes: readonly number[]): readonly MinFaults[] {
  for (const nrFrames of sizes) {
    if (Number.isInteger(nrFrames) && nrFrames >= 1) continue;
    inputError(`invalid number of frames for MIN: ${nrFrames}; use an integer of at least 1`);
  }
  const { nextUse, allocations } = future(trace);
  return sizes.map((nrFrames) => ({
    nrFrames,
    allocations,
    refaults: countFaults(nextUse, nrFrames) - allocations,
  }));
}

/** MIN at one size of memory; see {@link minCurve}. */
export function minFaults(trace: MinInput, nrFrames: number): MinFaults {
  return minCurve(trace, [nrFrames])[0]!;
}
