/*
 * Swap: the backing store of anonymous memory.
 *
 *   zram   compressed memory: a write is done when the call returns, and reading a page back frees its slot,
 *          so the page is dirty again and must be written again next time
 *   disk   a write takes time: the folio stays, under writeback, and is rotated to the tail when it ends; the next
 *          pass frees it. Until then, and after a read, it is in the swap cache: a use is a minor fault, and while it
 *          stays clean its slot spares the next write
 *   none   anonymous memory stays where it is
 *
 * Source: mm/vmscan.c, add_to_swap() and pageout() in shrink_folio_list(); mm/memory.c, do_swap_page() with
 * SWP_SYNCHRONOUS_IO, 6.12. Differs: zram's own memory is not charged to the memcg (it is not in 6.12 either).
 */
import { type Folio, PG_DIRTY, PG_RECLAIM, PG_SWAPCACHE, PG_WRITEBACK } from "../../mm/folio.js";
import type { Host } from "../host.js";
import type { PageoutResult } from "./pageout.js";

export interface SwapOut {
  /** True if anonymous folios can leave memory at all. */
  canSwap(): boolean;
  /** Take a slot for the folio. False: no slot left. */
  reserve(folio: Folio): boolean;
  /** Write a folio that has a slot and is unmapped. */
  write(folio: Folio): PageoutResult;
  /** A folio whose slot holds its content leaves memory. */
  drop(folio: Folio): void;
  /** The page is wanted back: read it into `folio`, which may stay in the swap cache. */
  read(folio: Folio): void;
  /** A folio in the swap cache is being mapped: is its slot given back? @param write - To be written to at once. */
  freesSlot(write: boolean): boolean;
  /** Writes that have been under way since before are done now. Called when a pass begins. */
  complete(): void;
  /** The folio goes away for another reason: forget it. */
  forget(folio: Folio): void;
}

/**
 * Synchronous swap on compressed memory.
 * @param cached - 7.3: a page that is read goes through the swap cache, which it leaves when it has been mapped. Until then the
 * add batch takes it for a page that has a slot (swapin_sync(), __swap_cache_alloc()).
 */
export function zramSwap(host: Host, cached = false): SwapOut {
  const { folios, stat, swap } = host;
  return {
    ...slots(host),
    complete() {},
    forget() {},
    write(folio) {
      const nr = folios.nrPages[folio]!;
      folios.flags[folio]! &= ~(PG_DIRTY | PG_SWAPCACHE);
      stat.pswpout += nr;
      stat.nr_vmscan_write += nr;
      return "freed";
    },
    freesSlot: (write) => cached || write,
    read(folio) {
      if (!cached) swap.release();
      folios.flags[folio]! |= cached ? PG_DIRTY | PG_SWAPCACHE : PG_DIRTY;
      stat.pswpin += folios.nrPages[folio]!;
    },
  };
}

/** What the devices share: slots, and folios that have one. */
function slots({ folios, swap }: Host): Pick<SwapOut, "canSwap" | "reserve" | "drop"> {
  return {
    canSwap: () => swap.free > 0,
    reserve(folio) {
      if ((folios.flags[folio]! & PG_SWAPCACHE) !== 0) return true;
      if (!swap.alloc()) return false;
      folios.flags[folio]! |= PG_DIRTY | PG_SWAPCACHE;
      return true;
    },
    drop(folio) {
      folios.flags[folio]! &= ~PG_SWAPCACHE;
    },
  };
}

/** Asynchronous swap on a disk. @param rotate - Move a folio whose write has ended to the tail. */
export function diskSwap(host: Host, rotate: (folio: Folio) => void): SwapOut {
  const { folios, stat } = host;
  let underway: Folio[] = [];
  return {
    ...slots(host),
    write(folio) {
      const nr = folios.nrPages[folio]!;
      folios.flags[folio] = (folios.flags[folio]! & ~PG_DIRTY) | PG_WRITEBACK | PG_RECLAIM;
      stat.pswpout += nr;
      stat.nr_vmscan_write += nr;
      underway.push(folio);
      return "keep";
    },
    freesSlot: (write) => write,
    read(folio) {
      stat.pswpin += folios.nrPages[folio]!;
      folios.flags[folio] = (folios.flags[folio]! & ~PG_DIRTY) | PG_SWAPCACHE;
    },
    complete() {
      if (underway.length === 0) return;
      const done = underway;
      underway = [];
      for (const folio of done) {
        const reclaim = (folios.flags[folio]! & PG_RECLAIM) !== 0;
        folios.flags[folio]! &= ~(PG_WRITEBACK | PG_RECLAIM);
        if (reclaim) rotate(folio);
      }
    },
    forget(folio) {
      underway = underway.filter((other) => other !== folio);
    },
  };
}

/** Off: no swap. */
export function noSwap(): SwapOut {
  return {
    canSwap: () => false,
    reserve: () => false,
    write: () => "activate",
    drop() {},
    complete() {},
    forget() {},
    freesSlot: () => false,
    read() {
      throw new Error("a page is read from swap, but there is none");
    },
  };
}
