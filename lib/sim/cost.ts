/*
 * What the work of reclaim costs in CPU time: counts are exact, prices are not. The prices are order-of-magnitude
 * figures for one x86-64 core of the 2020s; they weigh kinds of work against each other and predict no machine.
 *
 * Basis: "measured" = a loop over the same memory pattern on an AMD EPYC microVM (4.4 ns per 64-byte line of 8
 * PTEs); "estimated" = number of dependent cache misses, at 30 to 50 ns each. Sensitivity: vary them.
 */
import type { Vmstat } from "../mm/vmstat.js";

/** Nanoseconds per unit of work. */
export interface Prices {
  /** One PTE read in sequence (measured: 5 ns a line of 8, plus 0.3 each). */
  readonly pte: number;
  /** A young PTE: the folio's flags are written (estimated: one cache miss). */
  readonly young: number;
  /** Entering a leaf table: lock and map it (estimated). */
  readonly table: number;
  /** Testing the filter, or a table's own accessed bit (estimated; both fit the L1 cache). */
  readonly test: number;
  /** A reverse-map walk: lock, interval tree (estimated). */
  readonly rmap: number;
  /** One mapping visited on it: VMA, page-table levels, PTE (estimated: 3 to 5 misses). */
  readonly rmapPte: number;
  /** lru_lock, free (estimated). */
  readonly lock: number;
  /** Unlinking or linking a folio (estimated: two neighbour lines). */
  readonly move: number;
}

export const PRICES: Prices = {
  pte: 1,
  young: 30,
  table: 100,
  test: 5,
  rmap: 150,
  rmapPte: 100,
  lock: 20,
  move: 30,
};

/** Nanoseconds of detection and list work. Page-outs, faults and I/O are not in it. */
export function cpuNs(stat: Vmstat, prices: Prices = PRICES): number {
  return Math.round(
    prices.pte * (stat.walk_pte + stat.lookaround_pte) +
      prices.young * (stat.walk_young + stat.lookaround_young) +
      prices.table * stat.walk_table +
      prices.test * (stat.walk_skip_filter + stat.walk_skip_nonleaf + stat.filter_add) +
      prices.rmap * stat.rmap_walk +
      prices.rmapPte * stat.rmap_pte +
      prices.lock * stat.lru_lock +
      prices.move * stat.list_move,
  );
}
