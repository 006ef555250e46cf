import type { Folio } from "../../mm/folio.js";
import { PG_DIRTY } from "../../mm/folio.js";
import { PTE_DIRTY, PTE_PRESENT, PTE_TOUCHED } from "../../mm/memory.js";
import type { Host } from "../host.js";

/**
 * Remove every mapping of a folio; what its PTEs knew of writes goes to the folio. The non-leaf accessed bit
 * outlives the PTE, so PTE_TOUCHED stays. Source: mm/rmap.c, try_to_unmap(), 6.12.
 */
export function unmap({ memory, folios }: Host, folio: Folio): void {
  if (folios.mapcount[folio] === 0) return;
  const { pte } = memory;
  let slot = memory.firstMapping(folios.page[folio]!);
  for (; slot >= 0; slot = memory.nextMapping(slot)) {
    const entry = pte[slot]!;
    if ((entry & PTE_PRESENT) === 0) continue;
    if ((entry & PTE_DIRTY) !== 0) folios.flags[folio]! |= PG_DIRTY;
    pte[slot] = entry & PTE_TOUCHED;
    folios.mapcount[folio]!--;
  }
}
