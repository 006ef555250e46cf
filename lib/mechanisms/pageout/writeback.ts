/*
 * Writeback of dirty file folios that reclaim met at the tail.
 *
 * Reclaim does not write file pages itself. It marks the folio RECLAIM, keeps it, and wakes the flusher; when
 * the write ends, the folio is rotated to the tail and the next pass frees it.
 *
 *   tail: [dirty] -> RECLAIM, put back as active -> flusher writes -> written: moved to the tail -> freed
 *
 * A simple first version: the flusher runs when the batch has been put back and is done at once (a disk of
 * infinite speed), so a dirty page costs reclaim one more trip and never a wait. Time-driven writeback (dirty
 * limits, the five-second timer) is not modelled.
 * Source: mm/vmscan.c, shrink_folio_list() on dirty folios; mm/swap.c, folio_rotate_reclaimable(), 6.12.
 */
import { type Folio, PG_DIRTY, PG_RECLAIM } from "../../mm/folio.js";
import type { Host } from "../host.js";

export interface Writeback {
  /** Reclaim wants the folio clean. */
  request(folio: Folio): void;
  /** Write what was asked for. */
  run(): void;
  /** The folio goes away for another reason: forget it. */
  forget(folio: Folio): void;
}

/** @param rotate - Move a folio whose writeback has ended to the tail. */
export function flusher(host: Host, rotate: (folio: Folio) => void): Writeback {
  const { folios, stat } = host;
  const queue: Folio[] = [];
  return {
    request: (folio) => void queue.push(folio),
    run() {
      for (const folio of queue) {
        folios.flags[folio]! &= ~PG_DIRTY;
        stat.nr_written += folios.nrPages[folio]!;
        if ((folios.flags[folio]! & PG_RECLAIM) !== 0) rotate(folio);
      }
      queue.length = 0;
    },
    forget(folio) {
      const at = queue.indexOf(folio);
      if (at >= 0) queue.splice(at, 1);
    },
  };
}
