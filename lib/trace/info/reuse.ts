import { nrFilePages, nrPages, pageOfSlot, SLOT_MASK, type Trace } from "../trace.js";
import { StackDistances } from "./stack-distance.js";

/** Visits whose reuse distance lies in a range, both ends included. */
export interface ReuseBin {
  readonly from: number;
  readonly to: number;
  /** Records. */
  readonly visits: number;
}

/** What LRU misses with so much memory. */
export interface MissRatioPoint {
  /** Memory, in pages. */
  readonly pages: number;
  /** Records that miss, as a share of all: 0 to 1. */
  readonly missRatio: number;
}

/**
 * How soon pages are visited again. A visit is a record; its distance is the number of other pages visited since the last visit of
 * its page (pages freed meanwhile leave room that counts as theirs). Accesses folded into a record are not visits.
 */
export interface Reuse {
  /** Visits of pages that were never visited, or had been freed. */
  readonly first: number;
  /** Distances in powers of two: 0, 1, 2 to 3, 4 to 7, ... up to the largest. */
  readonly histogram: readonly ReuseBin[];
  /** Miss ratio of LRU, one page a visit, at four sizes for each doubling up to the footprint. Exact. */
  readonly missRatios: readonly MissRatioPoint[];
}

/**
 * Visits by reuse distance. Shape: Float64Array[nr of pages + 1]; the last entry holds first visits.
 * A memory of `c` pages under LRU misses the first visits and all entries from `c` on.
 */
export function reuseDistances(trace: Trace): Float64Array {
  const { records, events, layout } = trace;
  const pageOf = pageOfSlot(layout);
  const pages = nrPages(layout);
  const filePages = nrFilePages(layout);
  const stack = new StackDistances(pages);
  const visits = new Float64Array(pages + 1);
  let event = 0;
  for (let i = 0; i < records.length; i++) {
    for (; event < events.length && events[event]!.at <= i; event++) {
      const { start, nr } = events[event]!;
      for (let slot = start; slot < start + nr; slot++)
        if (pageOf[slot]! >= filePages) stack.free(pageOf[slot]!);
    }
    const distance = stack.visit(pageOf[records[i]! & SLOT_MASK]!);
    visits[distance < 0 ? pages : distance]!++;
  }
  return visits;
}

/** Reuse of a trace's pages: histogram, and the miss ratios of LRU that it implies. */
export function reuseOf(trace: Trace): Reuse {
  const visits = reuseDistances(trace);
  const nr = visits.length - 1;
  const first = visits[nr]!;
  let largest = nr - 1;
  while (largest >= 0 && visits[largest] === 0) largest--;
  const histogram: ReuseBin[] = [];
  for (let from = 0; from <= largest; from = from === 0 ? 1 : 2 * from) {
    const to = from === 0 ? 0 : 2 * from - 1;
    let sum = 0;
    for (let distance = from; distance <= Math.min(to, largest); distance++) sum += visits[distance]!;
    histogram.push({ from, to, visits: sum });
  }
  return { first, histogram, missRatios: missRatiosOf(visits, trace.records.length, largest + 1) };
}

function missRatiosOf(visits: Float64Array, total: number, footprint: number): MissRatioPoint[] {
  if (total === 0) return [];
  const sizes = new Set<number>();
  for (let step = 0; 2 ** (step / 4) < footprint; step++) sizes.add(Math.round(2 ** (step / 4)));
  sizes.add(Math.max(1, footprint));
  const points: MissRatioPoint[] = [];
  let misses = total;
  let distance = 0;
  for (const pages of [...sizes].sort((a, b) => a - b)) {
    for (; distance < pages && distance < visits.length - 1; distance++) misses -= visits[distance]!;
    points.push({ pages, missRatio: misses / total });
  }
  return points;
}
