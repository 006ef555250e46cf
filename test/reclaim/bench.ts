import type { Settings } from "../../lib/mechanisms/settings.js";
import { type Folio, NIL, PG_LRU } from "../../lib/mm/folio.js";
import { Memcg } from "../../lib/mm/memcg.js";
import { PTE_DIRTY, PTE_PRESENT, PTE_TOUCHED, PTE_YOUNG } from "../../lib/mm/memory.js";
import { NO_SHADOW } from "../../lib/mm/page-entry.js";
import { NO_TIME } from "../../lib/mm/time.js";
import { attach } from "../../lib/reclaim/attach.js";
import { Core } from "../../lib/reclaim/core.js";
import { fault, fdAccess } from "../../lib/reclaim/fault.js";
import type { Policy } from "../../lib/reclaim/ops.js";
import { shrinkFolioList } from "../../lib/reclaim/shrink-folio-list.js";
import { Timers } from "../../lib/reclaim/timers.js";
import { checkInvariants } from "../../lib/sim/invariants.js";
import { buildMechanisms } from "../../lib/sim/mechanisms.js";
import { resolveSettings } from "../../lib/sim/switchboard.js";
import { SLOT_MASK, type TraceLayout, WRITE } from "../../lib/trace/trace.js";

/**
 * A machine small enough to draw. Batches hold one folio, and memory is as many frames as the test says: when
 * they are full, the oldest candidate is looked at, one at a time, until one is free. So FIFO, CLOCK and SIEVE
 * are the textbook's. Everything else (hooks, mechanisms, counters) is the real thing.
 */
export interface Bench {
  readonly core: Core;
  /** Pages evicted so far, by slot of their first mapping (fd-only pages: by fd slot). */
  readonly evicted: number[];
  /** Access slots one after the other; `| WRITE` stores. */
  access(...records: readonly number[]): void;
  /** Look at one candidate. True: it was freed. */
  step(): boolean;
  /** Empty the batches, so that flags and lists can be looked at. */
  drain(): void;
  /** Folio behind a slot, or NIL. */
  folio(slot: number): Folio;
  flags(slot: number): number;
}

export function bench(
  policy: Policy,
  layout: TraceLayout,
  frames: number = Number.POSITIVE_INFINITY,
  set: Partial<Settings> = {},
  { batchSize = 1, max = Number.POSITIVE_INFINITY, swappiness = 60, swapSlots = 1e9 } = {},
): Bench {
  const core = new Core(layout, new Memcg("bench", max), { batchSize, swapSlots, swappiness });
  core.mechanisms = buildMechanisms(core, resolveSettings(policy, { ...set }), {});
  core.timers = new Timers(core, NO_TIME);
  for (const lruvec of core.lruvecs) attach(core, lruvec, policy, 1);
  const { memory, folios, sc } = core;
  const evicted: number[] = [];
  const slotOf = (page: number): number => {
    const slot = memory.firstMapping(page);
    return slot >= 0 ? slot : layout.nrSlots + page;
  };

  const free = core.free.bind(core);
  core.free = (folio, shadow, inSwap) => {
    if (shadow !== NO_SHADOW) evicted.push(slotOf(folios.page[folio]!));
    free(folio, shadow, inSwap);
  };

  function step(): boolean {
    const { ops } = core.attached[0]!;
    const nr = folios.nr;
    core.batches.drain();
    sc.priority = 0;
    sc.nrToReclaim = 1;
    sc.nrReclaimed = 0;
    sc.swappiness = swappiness;
    sc.beginPass();
    ops.budget(sc);
    sc.beginBatch(1);
    core.mechanisms.tiers.update(0);
    core.mechanisms.tiers.update(1);
    ops.isolate(sc);
    shrinkFolioList(core, core.lruvecs[0]!);
    core.mechanisms.pageout.batchDone(sc.nrTaken);
    return folios.nr < nr;
  }

  function one(record: number): void {
    const slot = record & SLOT_MASK;
    const write = (record & WRITE) !== 0;
    const entry = memory.pte[slot]!;
    if ((entry & PTE_PRESENT) !== 0) {
      memory.pte[slot] = entry | PTE_YOUNG | PTE_TOUCHED | (write ? PTE_DIRTY : 0);
      return;
    }
    if (memory.folio(memory.page(slot)) === NIL) {
      for (let tries = 0; folios.nr >= frames && !step(); tries++) {
        if (tries > 20 * frames) throw new Error("no candidate can be freed");
      }
    }
    if (slot < layout.nrSlots) fault(core, slot, write);
    else fdAccess(core, slot, write);
    checkInvariants(core);
  }

  return {
    core,
    evicted,
    step,
    access: (...records) => records.forEach(one),
    drain: () => core.batches.drain(),
    folio: (slot) => memory.folio(memory.page(slot)),
    flags: (slot) => folios.flags[memory.folio(memory.page(slot))]! & ~PG_LRU,
  };
}
