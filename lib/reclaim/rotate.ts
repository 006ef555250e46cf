import { type Folio, PG_ACTIVE, PG_LRU, PG_RECLAIM } from "../mm/folio.js";
import type { Core } from "./core.js";

/**
 * A folio that reclaim wanted has been written back: let its policy put it where it is scanned next.
 * Source: mm/swap.c, folio_rotate_reclaimable(), lru_move_tail(), 6.12.
 */
export function rotate(core: Core, folio: Folio): void {
  const { flags, nrPages } = core.folios;
  if ((flags[folio]! & PG_LRU) === 0) return;
  core.stat.lru_lock++;
  core.stat.pgrotated += nrPages[folio]!;
  core.listsOf(folio).remove(folio);
  core.opsOf(folio).removed(folio);
  flags[folio]! &= ~(PG_ACTIVE | PG_RECLAIM);
  core.opsOf(folio).place(folio, "rotated");
}
