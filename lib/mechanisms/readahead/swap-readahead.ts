/*
 * The kernel's readahead of swap, by address: the neighbours of a page that is swapped in, as many as lately were of use.
 *
 *   hits since the last swap-in   0: 1 page, or 2 beside the last      1, 2: 4 pages      3 or more: 8
 *   never less than half of the window before
 *
 *   fault right behind the last one  |x----|      right before it  |----x|      elsewhere  |--x--|
 *
 * Windows end with the range and with the leaf page table. Of their pages, those in swap are read.
 *
 * Source: mm/swap_state.c, swap_vma_readahead(), swap_vma_ra_win(), __swapin_nr_pages(), 6.12, with page_cluster 3, on a device
 * that does not rotate. Differs: nothing known. A rotating disk is read by swap slot instead, which the model does not number.
 */
import type { Memory } from "../../mm/memory.js";
import { PTRS_PER_PTE } from "../../trace/trace.js";
import type { Spot } from "./readahead.js";

/** Pages of the largest window: 1 << page_cluster. */
const MAX_WINDOW = 8;
/** Hits of a range that has none yet. */
const FIRST_HITS = 4;
const MAX_HITS = 63;

export interface SwapReadahead {
  missed(spot: Spot): number;
  /** @param first - It came in ahead, and is used for the first time. */
  used(spot: Spot, first: boolean): number;
}

export function swapReadahead(memory: Memory, pages: Int32Array): SwapReadahead {
  const { vmas } = memory;
  /** Of each range: slot of the last fault, window then, hits since. Shape: Int32Array[ranges]. */
  const last = new Int32Array(vmas.length);
  const window = new Int32Array(vmas.length);
  const hits = new Int32Array(vmas.length).fill(FIRST_HITS);

  function pagesWanted(vma: number, slot: number): number {
    let nr = hits[vma]! + 2;
    if (nr === 2) {
      if (Math.abs(slot - last[vma]!) !== 1) nr = 1;
    } else nr = Math.max(4, 2 ** Math.ceil(Math.log2(nr)));
    return Math.max(Math.min(nr, MAX_WINDOW), window[vma]! >> 1);
  }

  return {
    missed({ vma, slot, page: wanted }) {
      const nr = pagesWanted(vma, slot);
      const before = last[vma]!;
      last[vma] = slot;
      window[vma] = nr;
      hits[vma] = 0;
      if (nr === 1) return 0;
      let left = slot - ((nr - 1) >> 1);
      if (slot === before + 1) left = slot;
      else if (before === slot + 1) left = slot - nr + 1;
      const { start, nr: length } = vmas[vma]!;
      const table = slot - (slot % PTRS_PER_PTE);
      const from = Math.max(left, start, table);
      const to = Math.min(left + nr, start + length, table + PTRS_PER_PTE);
      let named = 0;
      for (let at = from; at < to; at++) {
        const page = memory.page(at);
        if (page !== wanted && memory.swapped(page)) pages[named++] = page;
      }
      return named;
    },
    used({ vma, slot }, first) {
      last[vma] = slot;
      if (first) hits[vma] = Math.min(hits[vma]! + 1, MAX_HITS);
      return 0;
    },
  };
}
