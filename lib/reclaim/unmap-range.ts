/*
 * A process gives memory back (munmap, exit): its PTEs go, anonymous pages and their swap slots are freed, file
 * pages stay cached, page tables without entries are freed. A young PTE of a file page counts as one access, as
 * when the kernel zaps it.
 * Source: mm/memory.c, zap_present_folio_ptes(), 6.12.
 */
import { NIL, PG_DIRTY, PG_SWAPBACKED } from "../mm/folio.js";
import { PTE_DIRTY, PTE_PRESENT, PTE_TOUCHED, PTE_YOUNG } from "../mm/memory.js";
import { PTRS_PER_PTE } from "../trace/trace.js";
import type { Core } from "./core.js";

/** Unmap `nr` slots from `start` on. */
export function unmapRange(core: Core, start: number, nr: number): void {
  const { memory, folios } = core;
  for (let slot = start; slot < start + nr; slot++) {
    const page = memory.page(slot);
    if (page < 0) continue;
    const pte = memory.pte[slot]!;
    const folio = memory.folio(page);
    const anon = memory.vma(slot).kind === "anon";
    if ((pte & PTE_PRESENT) !== 0) {
      memory.pte[slot] = pte & PTE_TOUCHED;
      folios.mapcount[folio]!--;
      if (!anon && (pte & PTE_DIRTY) !== 0) folios.flags[folio]! |= PG_DIRTY;
      if (!anon && (pte & PTE_YOUNG) !== 0 && memory.vma(slot).recency !== false) {
        core.mechanismsOf(folio).fd.accessed(folio);
      }
    }
    if (!anon) continue;
    if (folio !== NIL && (folios.flags[folio]! & PG_SWAPBACKED) !== 0) core.discard(folio);
    if (memory.swapped(page)) core.swap.release();
    core.forgetPage(page);
  }
  const last = Math.floor((start + nr - 1) / PTRS_PER_PTE);
  for (let table = Math.floor(start / PTRS_PER_PTE); table <= last; table++) freeTableIfEmpty(core, table);
}

/** A leaf table without present PTEs and without pages in swap goes away with the last range in it. */
function freeTableIfEmpty({ memory }: Core, table: number): void {
  const from = table * PTRS_PER_PTE;
  for (let slot = from; slot < from + PTRS_PER_PTE; slot++) {
    const page = memory.page(slot);
    if ((memory.pte[slot]! & PTE_PRESENT) !== 0 || (page >= 0 && memory.swapped(page))) return;
  }
  memory.tablePresent[table] = 0;
}
