/*
 * What reclaim does about a file folio that is dirty, or being written, when it comes to the tail.
 *
 *   activate   offered like any other; page-out marks it RECLAIM, wakes the flusher, and puts it back as active
 *   skip       passed over before it is offered: marked RECLAIM, and moved on by whoever looked at it
 *   write      offered, and written by reclaim itself: put back where it was, to be met again clean
 *
 * Each way it is rotated to the tail when it has been written. `skip` passes anonymous folios over, too, while they are
 * being written.
 *
 * Differs from the kernel: there `write` is kswapd's, at the second meeting, if the node is full of dirty pages.
 * Source: mm/vmscan.c, shrink_folio_list(), 6.12 (activate) and 6.1 (write); sort_folio(), 6.1 (skip).
 */
import { FILE, type Folio, PG_DIRTY, PG_RECLAIM, PG_WRITEBACK } from "../../mm/folio.js";
import type { Host } from "../host.js";
import type { PageoutResult } from "./pageout.js";
import type { Writeback } from "./writeback.js";

export interface DirtyRule {
  /** True: do not offer this folio, it is busy; it has been marked. */
  passOver(folio: Folio): boolean;
  /** A dirty file folio has been offered and unmapped. */
  offered(folio: Folio): PageoutResult;
}

/** 6.12, 7.3, and the traditional LRU everywhere. */
export function activateDirty({ folios }: Host, writeback: Writeback): DirtyRule {
  return {
    passOver: () => false,
    offered(folio) {
      folios.flags[folio]! |= PG_RECLAIM;
      writeback.request(folio);
      return "activate";
    },
  };
}

/** 6.1, generations. */
export function skipDirty(host: Host, writeback: Writeback): DirtyRule {
  const { folios } = host;
  return {
    ...activateDirty(host, writeback),
    passOver(folio) {
      const file = folios.type(folio) === FILE;
      if ((folios.flags[folio]! & (file ? PG_DIRTY | PG_WRITEBACK : PG_WRITEBACK)) === 0) return false;
      folios.flags[folio]! |= PG_RECLAIM;
      if (file) writeback.passedOver(folio);
      return true;
    },
  };
}

/** Reclaim as its own flusher. */
export function writeDirty({ folios, stat }: Host, writeback: Writeback): DirtyRule {
  return {
    passOver: () => false,
    offered(folio) {
      folios.flags[folio]! |= PG_RECLAIM;
      stat.nr_vmscan_write += folios.nrPages[folio]!;
      writeback.write(folio);
      return "keep";
    },
  };
}
