/*
 * The way out of memory for a folio that nobody protects: unmap it everywhere, then let go of its content in
 * the cheapest way that loses nothing.
 *
 *   any, if it can     -> a slower node (demotion)
 *   anonymous          -> swap-out (a slot, a write), or stay if there is no slot
 *   file, clean        -> drop: the copy on disk is the same
 *   file, dirty        -> writeback first, to be met again at the tail, clean (dirty.ts)
 *   referenced         -> it waits in a per-CPU batch, which holds a reference: unmapped, then kept
 *
 * Differs from the kernel: reclaim on a limit only; kswapd's rules (writing file pages on the second meeting, "only
 * if clean" after a read) have no effect there.
 * Source: mm/vmscan.c, shrink_folio_list(), 6.12; the steps in its order.
 */
import {
  type Folio,
  PG_DIRTY,
  PG_RECLAIM,
  PG_SWAPBACKED,
  PG_SWAPCACHE,
  PG_WRITEBACK,
} from "../../mm/folio.js";
import type { Host } from "../host.js";
import { type Demotion, NO_DEMOTION } from "./demotion.js";
import type { DirtyRule } from "./dirty.js";
import type { SwapOut } from "./swap-out.js";
import { unmap } from "./unmap.js";
import type { Writeback } from "./writeback.js";

/** What became of a folio: its memory is free; it is on another node, listed there; put it back as it is; put it back as active. */
export type PageoutResult = "freed" | "demoted" | "keep" | "activate";

export interface Pageout {
  /** Try to free an isolated folio. On "freed" it is unmapped and clean; the core drops it from the cache. */
  pageOut(folio: Folio): PageoutResult;
  /** A batch with so many file folios has been put back: writeback that it asked for may run. */
  batchDone(nrFile: number): void;
}

/** @param dirty - What becomes of a dirty file folio, in the rule of its lruvec. */
export function pageout(
  host: Host,
  swapOut: SwapOut,
  writeback: Writeback,
  dirty: Pick<DirtyRule, "offered">,
  demotion: Demotion = NO_DEMOTION,
): Pageout {
  const { memory, folios } = host;
  const { flags } = folios;
  return {
    pageOut(folio) {
      if ((flags[folio]! & PG_WRITEBACK) !== 0) {
        flags[folio]! |= PG_RECLAIM;
        return "activate";
      }
      if (folios.page[folio]! >= memory.metadata) return "activate"; // in use: filemap_release_folio() fails
      if (demotion.demote(folio)) return "demoted";
      if ((flags[folio]! & PG_SWAPBACKED) !== 0 && !swapOut.reserve(folio)) return "activate";
      unmap(host, folio);
      if (host.isReferenced(folio)) return "keep"; // unmapped for nothing: its next use is a minor fault
      if ((flags[folio]! & PG_DIRTY) === 0) {
        if ((flags[folio]! & PG_SWAPCACHE) !== 0) swapOut.drop(folio);
        return "freed";
      }
      if ((flags[folio]! & PG_SWAPBACKED) !== 0) return swapOut.write(folio);
      return dirty.offered(folio);
    },
    batchDone: (nrFile) => writeback.run(nrFile),
  };
}
