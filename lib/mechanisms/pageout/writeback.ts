/*
 * Writeback of dirty file folios that reclaim met at the tail.
 *
 * Reclaim does not write file pages itself. It marks the folio RECLAIM, keeps it, and wakes the flusher; when
 * the write ends, the folio is rotated to the tail and the next pass frees it.
 *
 *   tail: [dirty] -> RECLAIM, put back as active -> flusher writes -> written: moved to the tail -> freed
 *
 * Two flushers, both with a disk of infinite speed. `flusher` writes what a batch asked for when the batch has been put
 * back: a dirty page costs reclaim one more trip and never a wait. `timedFlusher` is the kernel's: it writes everything
 * that is dirty, when a batch held nothing but dirty pages, or when flushed statistics show more than a tenth of the
 * memcg's cache dirty: dirty limits of a memcg go by statistics that are up to 2 s old.
 * Source: mm/vmscan.c, shrink_folio_list(), shrink_inactive_list() on dirty folios; mm/page-writeback.c,
 * wb_over_bg_thresh(), domain_dirty_limits(); mm/swap.c, folio_rotate_reclaimable(), 6.12.
 */
import { type Folio, NIL, PG_DIRTY, PG_RECLAIM } from "../../mm/folio.js";
import { PTE_DIRTY, PTE_PRESENT, PTE_RO } from "../../mm/memory.js";
import type { Host } from "../host.js";

export interface Writeback {
  /** Reclaim wants the folio clean. */
  request(folio: Folio): void;
  /** Reclaim writes the folio itself. */
  write(folio: Folio): void;
  /** Reclaim passed a dirty folio over. Asks for no write by itself (6.1), but where no timer does, nobody else would. */
  passedOver(folio: Folio): void;
  /** A batch is done: write what was asked for. @param nrFile - File folios in the batch. */
  run(nrFile: number): void;
  /** Memcg statistics have been brought up to date: the flusher looks whether too much is dirty. */
  statisticsFlushed(): void;
  /** The folio goes away for another reason: forget it. */
  forget(folio: Folio): void;
}

/** @param rotate - Move a folio whose writeback has ended to the tail. */
export function flusher(host: Host, rotate: (folio: Folio) => void): Writeback {
  const { folios, stat } = host;
  const queue: Folio[] = [];
  return {
    request: (folio) => void queue.push(folio),
    write: (folio) => void queue.push(folio),
    passedOver: (folio) => void queue.push(folio),
    run() {
      for (const folio of queue) {
        folios.flags[folio]! &= ~PG_DIRTY;
        stat.nr_written += folios.nrPages[folio]!;
        if ((folios.flags[folio]! & PG_RECLAIM) !== 0) rotate(folio);
      }
      queue.length = 0;
    },
    statisticsFlushed() {},
    forget: (folio) => dropFrom(queue, folio),
  };
}

function dropFrom(queue: Folio[], folio: Folio): void {
  const at = queue.indexOf(folio);
  if (at >= 0) queue.splice(at, 1);
}

/** Percentage of a memcg's cache and headroom from which it is written in the background (vm.dirty_background_ratio). */
const BACKGROUND_RATIO = 10;

/** @param rotate - Move a folio whose writeback has ended to the tail. */
export function timedFlusher(host: Host, rotate: (folio: Folio) => void): Writeback {
  const { folios, stat, memory } = host;
  /** Page cache: pages of files come first (address-map.ts), those of the file system's metadata last. */
  const cache = [
    [0, memory.map.fileOf.length],
    [memory.metadata, memory.nrPages],
  ] as const;
  let requested = 0;
  /** Written by reclaim in the batch that is on. */
  const own: Folio[] = [];

  /** Write a dirty folio; stores to it fault again from now on. */
  function writeOut(page: number, folio: Folio): void {
    folios.flags[folio]! &= ~PG_DIRTY;
    stat.nr_written += folios.nrPages[folio]!;
    for (let slot = memory.firstMapping(page); slot >= 0; slot = memory.nextMapping(slot)) {
      if ((memory.pte[slot]! & PTE_PRESENT) === 0) continue;
      memory.pte[slot] = (memory.pte[slot]! & ~PTE_DIRTY) | PTE_RO;
    }
    if ((folios.flags[folio]! & PG_RECLAIM) !== 0) rotate(folio);
  }

  function forEachCached(use: (page: number, folio: Folio) => void): void {
    for (const [from, end] of cache) {
      for (let page = from; page < end; page++) {
        const folio = memory.folio(page);
        if (folio !== NIL) use(page, folio);
      }
    }
  }

  const isDirty = (folio: Folio): boolean => (folios.flags[folio]! & PG_DIRTY) !== 0;

  /** Write all that is dirty. */
  function writeAll(): void {
    forEachCached((page, folio) => {
      if (isDirty(folio)) writeOut(page, folio);
    });
  }

  return {
    request() {
      requested++;
    },
    write: (folio) => void own.push(folio),
    passedOver() {},
    run(nrFile) {
      for (const folio of own) writeOut(folios.page[folio]!, folio);
      own.length = 0;
      if (requested > 0 && requested === nrFile) writeAll();
      requested = 0;
    },
    statisticsFlushed() {
      let dirty = 0;
      let cached = 0;
      forEachCached((_page, folio) => {
        cached++;
        if (isDirty(folio)) dirty++;
      });
      const available = cached + Math.max(0, host.headroom());
      if (dirty * 100 > available * BACKGROUND_RATIO) writeAll();
    },
    forget: (folio) => dropFrom(own, folio),
  };
}
