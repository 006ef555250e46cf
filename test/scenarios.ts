import { FILE, type Folio, type MemType, NIL, PG_LRU } from "../lib/mm/folio.js";
import type { ClassLists } from "../lib/mm/lists.js";
import type { Lruvec } from "../lib/mm/lruvec.js";
import { PTE_DIRTY, PTE_PRESENT, PTE_TOUCHED, PTE_YOUNG } from "../lib/mm/memory.js";
import type { Core } from "../lib/reclaim/core.js";
import { fault, fdAccess } from "../lib/reclaim/fault.js";
import type { Policy } from "../lib/reclaim/ops.js";
import { shrinkLruvec } from "../lib/reclaim/shrink-lruvec.js";
import type { CellSpec } from "../lib/sim/cell.js";
import { checkInvariants } from "../lib/sim/invariants.js";
import { boot } from "../lib/sim/machine.js";
import type { TraceLayout } from "../lib/trace/trace.js";
import { CELL, traceOf } from "./tiny.js";

/** The kernels whose rules are told by the conformance scenarios. */
export const KERNELS = ["6.1", "6.12", "7.3"] as const;

/**
 * A machine as a cell boots it (batches as long as the kernel's, memory without limit unless given), driven by hand:
 * one access, one drain, one pass at one priority at a time.
 */
export interface Machine {
  readonly core: Core;
  readonly lruvec: Lruvec;
  readonly lists: ClassLists;
  /** Read pages of the first file through a descriptor. */
  read(...pages: readonly number[]): void;
  /** Write such pages. */
  write(...pages: readonly number[]): void;
  /** Load from mapped slots; the first touch of one faults. */
  touch(...slots: readonly number[]): void;
  drain(): void;
  /** One pass at a priority, wanting so many pages. What it scanned, freed, and the pages of each batch. */
  pass(priority: number, wanted?: number): { scanned: number; freed: number; batches: number[] };
  /** Evict `nr` file pages one by one, each in a pass whose share of the inactive list is one page. */
  evict(nr: number): void;
  folio(slot: number): Folio;
  flags(slot: number): number;
  /** Sequence number of the generation that a slot's folio is in. */
  seq(slot: number): number;
  /** Pages on the list of a class, head first, tail (scanned next) last. */
  pages(type: MemType, klass: number): number[];
  /** Recount everything. */
  check(): void;
}

export function machine(
  policy: Policy,
  layout: TraceLayout,
  profile: CellSpec["profile"],
  spec: Partial<Omit<CellSpec, "trace" | "policy" | "profile">> = {},
): Machine {
  const cell = { ...CELL, memoryMax: Number.POSITIVE_INFINITY, swap: "none" as const, profile, ...spec };
  const core = boot(cell, traceOf(layout, []), policy);
  const { memory, folios, sc } = core;
  const lruvec = core.lruvecs[0]!;
  const lists = core.attached[0]!.lists!;
  const { ops } = core.attached[0]!;
  const batches: number[] = [];
  const isolate = ops.isolate.bind(ops);
  ops.isolate = (control) => {
    isolate(control);
    if (control.nrTaken > 0) batches.push(control.nrTaken);
  };

  function touch(slot: number): void {
    const entry = memory.pte[slot]!;
    if ((entry & PTE_PRESENT) === 0) fault(core, slot, false);
    else memory.pte[slot] = (entry & PTE_DIRTY) | PTE_PRESENT | PTE_YOUNG | PTE_TOUCHED;
  }

  function pass(priority: number, wanted = 32): { scanned: number; freed: number; batches: number[] } {
    const { pgscan, pgsteal } = core.stat;
    sc.priority = priority;
    sc.nrToReclaim = wanted;
    sc.nrReclaimed = 0;
    sc.swappiness = core.params.swappiness;
    batches.length = 0;
    shrinkLruvec(core, lruvec);
    return {
      scanned: core.stat.pgscan - pgscan,
      freed: core.stat.pgsteal - pgsteal,
      batches: [...batches],
    };
  }

  const folio = (slot: number): Folio => memory.folio(memory.page(slot));
  return {
    core,
    lruvec,
    lists,
    read: (...all) => all.forEach((page) => void fdAccess(core, layout.nrSlots + page, false)),
    write: (...all) => all.forEach((page) => void fdAccess(core, layout.nrSlots + page, true)),
    touch: (...all) => all.forEach(touch),
    drain: () => core.batches.drain(),
    pass,
    evict(nr) {
      core.batches.drain();
      for (let i = 0; i < nr; i++) {
        const { freed } = pass(Math.floor(Math.log2(lruvec.inactive(FILE))));
        if (freed !== 1) throw new Error(`a pass over one page freed ${freed}`);
      }
    },
    folio,
    flags: (slot) => folios.flags[folio(slot)]! & ~PG_LRU,
    seq(slot) {
      const { maxSeq } = lruvec.clock;
      return maxSeq - ((maxSeq - folios.klass[folio(slot)]!) % lists.nrClasses);
    },
    pages(type, klass) {
      const found: number[] = [];
      for (let f = lists.tail(type, klass); f !== NIL; f = lists.newer(f)) found.push(folios.page[f]!);
      return found.reverse();
    },
    check: () => checkInvariants(core),
  };
}

/** The numbers from `from` on, `nr` of them. */
export const run = (from: number, nr: number): number[] => Array.from({ length: nr }, (_, i) => from + i);
