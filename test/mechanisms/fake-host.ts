import { SPLIT_COUNTS } from "../../lib/mechanisms/access/read-counts.js";
import type { Host } from "../../lib/mechanisms/host.js";
import type { AccessSource } from "../../lib/mm/access.js";
import { type Folio, Folios, PG_LRU, PG_SWAPBACKED } from "../../lib/mm/folio.js";
import { Lruvec } from "../../lib/mm/lruvec.js";
import { Memcg } from "../../lib/mm/memcg.js";
import { Memory, PTE_PRESENT, PTE_TOUCHED, PTE_YOUNG } from "../../lib/mm/memory.js";
import { SwapArea } from "../../lib/mm/swap-area.js";
import { Vmstat } from "../../lib/mm/vmstat.js";
import { PTRS_PER_PTE, type TraceLayout } from "../../lib/trace/trace.js";

/** Memory without a core: a mechanism alone on the bench, what it tells the rest written down. */
export interface FakeHost extends Host {
  readonly lruvec: Lruvec;
  /** Everything that the mechanism said, in order. */
  readonly said: {
    what: "accessed" | "activate" | "assign" | "raise";
    folio: Folio;
    source?: AccessSource;
    klass?: number;
  }[];
  /** Make the page behind `slot` resident and map it there, with these PTE bits, as a fault does. Returns its folio. */
  map(slot: number, pte?: number): Folio;
  /** Folio of the page behind a slot. */
  at(slot: number): Folio;
}

export const YOUNG: number = PTE_PRESENT | PTE_YOUNG | PTE_TOUCHED;
export const OLD: number = PTE_PRESENT | PTE_TOUCHED;

/** @param generations - The lruvec's policy keeps generations. */
export function fakeHost(layout: TraceLayout, swapSlots = 1000, generations = false): FakeHost {
  const memory = new Memory(layout);
  const folios = new Folios(Math.max(memory.map.nrPages, 1));
  const lruvec = new Lruvec(0, new Memcg("m", Number.POSITIVE_INFINITY), 0);
  const said: FakeHost["said"] = [];
  return {
    memory,
    folios,
    lruvec,
    said,
    stat: new Vmstat(),
    swap: new SwapArea(swapSlots),
    lruvecOf: () => lruvec,
    evictingLruvec: () => lruvec,
    shadowLruvec: () => lruvec,
    shadowTarget: () => lruvec,
    owns: () => true,
    heeds: () => true,
    reads: SPLIT_COUNTS,
    hasGenerations: () => generations,
    isReferenced: () => false,
    headroom: () => 0,
    isBelowNewest: () => true,
    hasWalkContext: () => false,
    accessed: (folio, source) => void said.push({ what: "accessed", folio, source }),
    activate: (folio) => void said.push({ what: "activate", folio }),
    nextClass: (folio) => folios.klass[folio]! + 1,
    raise: (folio, klass) => void said.push({ what: "raise", folio, klass }),
    assignClass: (folio, klass) => void said.push({ what: "assign", folio, klass }),
    map(slot, pte = YOUNG) {
      const page = memory.page(slot);
      let folio = memory.folio(page);
      if (folio < 0) {
        folio = folios.alloc(page, 0);
        memory.entry[page] = folio;
        folios.flags[folio]! |= PG_LRU | (memory.vma(slot).kind === "anon" ? PG_SWAPBACKED : 0);
      }
      memory.pte[slot] = pte;
      memory.tablePresent[Math.floor(slot / PTRS_PER_PTE)] = 1;
      memory.noteRun(memory.vma(slot).process);
      memory.noteSwitch();
      folios.mapcount[folio]!++;
      return folio;
    },
    at: (slot) => memory.folio(memory.page(slot)),
  };
}
