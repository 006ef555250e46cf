/*
 * Swap: the backing store of anonymous memory.
 *
 *   zram   compressed memory: a write is done when the call returns, and reading a page back frees its slot,
 *          so the page is dirty again and must be written again next time
 *   none   anonymous memory stays where it is
 *
 * Source: mm/vmscan.c, add_to_swap() and pageout() in shrink_folio_list(); mm/memory.c, do_swap_page() with
 * SWP_SYNCHRONOUS_IO, 6.12. Differs: zram's own memory is not charged to the memcg (it is not in 6.12 either).
 */
import { type Folio, PG_DIRTY, PG_SWAPCACHE } from "../../mm/folio.js";
import type { Host } from "../host.js";
import type { PageoutResult } from "./pageout.js";

export interface SwapOut {
  /** True if anonymous folios can leave memory at all. */
  canSwap(): boolean;
  /** Take a slot for the folio. False: no slot left. */
  reserve(folio: Folio): boolean;
  /** Write a folio that has a slot and is unmapped. */
  write(folio: Folio): PageoutResult;
  /** The page is wanted back: read it into `folio`. */
  read(folio: Folio): void;
}

/** Synchronous swap on compressed memory. */
export function zramSwap(host: Host): SwapOut {
  const { memory, folios, stat, swap } = host;
  return {
    canSwap: () => swap.free > 0,
    reserve(folio) {
      if ((folios.flags[folio]! & PG_SWAPCACHE) !== 0) return true;
      if (!swap.alloc()) return false;
      folios.flags[folio]! |= PG_DIRTY | PG_SWAPCACHE;
      return true;
    },
    write(folio) {
      const nr = folios.nrPages[folio]!;
      memory.swapped[folios.page[folio]!] = 1;
      folios.flags[folio]! &= ~(PG_DIRTY | PG_SWAPCACHE);
      stat.pswpout += nr;
      stat.nr_vmscan_write += nr;
      return "freed";
    },
    read(folio) {
      memory.swapped[folios.page[folio]!] = 0;
      swap.release();
      folios.flags[folio]! |= PG_DIRTY;
      stat.pswpin += folios.nrPages[folio]!;
    },
  };
}

/** Off: no swap. */
export function noSwap(): SwapOut {
  return {
    canSwap: () => false,
    reserve: () => false,
    write: () => "activate",
    read() {
      throw new Error("a page is read from swap, but there is none");
    },
  };
}
