/*
 * Reading ahead: pages that nobody has asked for yet come in beside the one that somebody waits for.
 *
 *   miss at slot --> missed(slot): pages beside it --> charged, listed, not mapped --> the wanted page itself
 *   first use of one that came in ahead (a minor fault, a read) --> used(slot): a hit, and maybe the next window
 *
 * A mechanism names pages; the core brings in those that are not there (`reclaim/bring-in.ts`). It is asked where a page is
 * faulted in, mapped, or accessed through a descriptor, never on the way of an access to a mapped page.
 *
 * Source: the two moments are those of mm/filemap.c, filemap_get_pages() and filemap_fault(), and mm/memory.c, do_swap_page(),
 * 6.12. Differs: pages ahead come in before the page that is wanted, not around it in order.
 */

import type { AddressMap } from "../../mm/address-map.js";
import { NIL } from "../../mm/folio.js";
import type { Memory } from "../../mm/memory.js";

/** The slot for what comes in ahead of its use. */
export interface Readahead {
  /** False: nothing is ever read ahead, and nothing else is asked. */
  readonly on: boolean;
  /** The pages that the last call has named, in the order in which they should come in. */
  readonly pages: Int32Array;
  /** The page of the slot must be read. Returns the number of pages to bring in beside it. */
  missed(slot: number): number;
  /** The page of the slot is in memory: it is about to be mapped, or read through a descriptor. Returns the number of pages to bring in. */
  used(slot: number): number;
  /** The first use of the page brings in more: whoever maps pages ahead of their use leaves it unmapped, so that it is seen. */
  isMark(page: number): boolean;
  /** A page that was named has come in. */
  broughtIn(page: number): void;
  /** Counters of this mechanism, by name; {} if it is off. */
  counters(): Readonly<Record<string, number>>;
}

/** Off: each page is read when it is wanted. */
export const NO_READAHEAD: Readahead = {
  on: false,
  pages: new Int32Array(0),
  missed: () => 0,
  used: () => 0,
  isMark: () => false,
  broughtIn() {},
  counters: () => ({}),
};

/** A page, and the file or range around it, whose pages are numbered in order. */
export interface Spot {
  page: number;
  slot: number;
  /** First page of the file or anonymous range, and the first behind it. */
  low: number;
  end: number;
  /** Index of the file, or NIL for anonymous memory. */
  file: number;
  /** Index of the range that maps it, or NIL for an access through a descriptor. */
  vma: number;
}

/** What a rule decides: which pages to name, into the array that it was made with. Returns their number. */
export interface ReadaheadRule {
  missed(spot: Spot): number;
  /** @param first - The page came in ahead, and this is its first use. */
  used(spot: Spot, first: boolean): number;
  isMark(page: number): boolean;
}

/** A rule with what all of them share: finding where a slot is, and counting what came in ahead. */
export function readaheadBy({ map }: Memory, pages: Int32Array, rule: ReadaheadRule): Readahead {
  const ahead = new Ahead(map);
  const spotAt = spotFinder(map);
  return {
    on: true,
    pages,
    missed(slot) {
      const spot = spotAt(slot);
      ahead.miss(spot.page);
      return rule.missed(spot);
    },
    used(slot) {
      const spot = spotAt(slot);
      return rule.used(spot, ahead.use(spot.page));
    },
    isMark: (page) => rule.isMark(page),
    broughtIn: (page) => ahead.broughtIn(page),
    counters: () => ahead.counts,
  };
}

/** Finds the spot of a slot. The object is the same each time. */
function spotFinder({ layout, pageOf, vmaOf, fileOf, firstPage }: AddressMap): (slot: number) => Spot {
  const spot: Spot = { page: 0, slot: 0, low: 0, end: 0, file: NIL, vma: NIL };
  return (slot) => {
    spot.slot = slot;
    spot.page = pageOf.at(slot);
    spot.vma = slot < layout.nrSlots ? vmaOf.at(slot) : NIL;
    if (spot.page < fileOf.length) {
      spot.file = fileOf[spot.page]!;
      spot.low = firstPage[spot.file]!;
      spot.end = firstPage[spot.file + 1]!;
    } else {
      const { start, nr } = layout.vmas[spot.vma]!;
      spot.file = NIL;
      spot.low = spot.page - (slot - start);
      spot.end = spot.low + nr;
    }
    return spot;
  };
}

/** Pages that have come in ahead, and not been used since. */
class Ahead {
  /** 1 for each of them. Shape: Uint8Array[nrPages]. */
  private readonly waits: Uint8Array;
  private readonly files: number;
  /** Pages read ahead, and those of them that were used: of files, and of swap. */
  readonly counts = { file_ra: 0, file_ra_hit: 0, swap_ra: 0, swap_ra_hit: 0 };

  constructor({ nrPages, fileOf }: AddressMap) {
    this.waits = new Uint8Array(nrPages);
    this.files = fileOf.length;
  }

  broughtIn(page: number): void {
    this.waits[page] = 1;
    if (page < this.files) this.counts.file_ra++;
    else this.counts.swap_ra++;
  }

  /** True if it came in ahead, and this is its first use. */
  use(page: number): boolean {
    if (this.waits[page] === 0) return false;
    this.waits[page] = 0;
    if (page < this.files) this.counts.file_ra_hit++;
    else this.counts.swap_ra_hit++;
    return true;
  }

  /** It was evicted unused, if it ever came in ahead: it is wanted now, and not here. */
  miss(page: number): void {
    this.waits[page] = 0;
  }
}
