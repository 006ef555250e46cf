/*
 * The first use: the access that brings a page in leaves an accessed bit behind, like any other.
 *
 *   counts      fault -> [young] ---------------------> first look: used.  Every page seems to be used twice
 *   forgotten   fault -> [young] -> placed: [old] ----> first look: used if it was used again
 *
 * Policies of caches tell pages that are used again from those that are not. Where the fault counts, all are alike at the
 * first look, and a CLOCK is what remains. A kernel can help itself: by asking for two looks (traditional LRU), by giving pages
 * time (generations), or by clearing the bit when the folio reaches the lists, at the price of a reverse-map look for each page
 * that comes in. On hardware that sets the bit the page cannot be mapped old instead: the access itself is repeated.
 *
 * Differs from the kernel, which does not clear it. What happens between the fault and the placing is one use with the fault;
 * the folio that fills the add batch is placed before it is mapped, and keeps its bit (one of 31).
 * Source: mm/swap.c, folio_add_lru(), before mm/memory.c, set_ptes(), 6.12.
 */
import { type Folio, PG_YOUNG } from "../../mm/folio.js";
import { PTE_PRESENT, PTE_USED, PTE_YOUNG } from "../../mm/memory.js";
import type { Host } from "../host.js";

/** The slot for what becomes of the first use. */
export interface FirstUse {
  /** A new folio is about to be placed on its policy's lists. */
  placing(folio: Folio): void;
}

/** It counts: as a kernel has it. */
export const FIRST_USE_COUNTS: FirstUse = { placing() {} };

/** It is forgotten. */
export function forgetFirstUse({ memory, folios, stat }: Host): FirstUse {
  return {
    placing(folio) {
      folios.flags[folio]! &= ~PG_YOUNG;
      let left = folios.mapcount[folio]!;
      if (left > 0) stat.rmap_walk++;
      let slot = memory.firstMapping(folios.page[folio]!);
      for (; slot >= 0 && left > 0; slot = memory.nextMapping(slot)) {
        stat.rmap_pte++;
        if ((memory.pte[slot]! & PTE_PRESENT) === 0) continue;
        left--;
        memory.pte[slot]! &= ~(PTE_YOUNG | PTE_USED);
      }
    },
  };
}
