/*
 * The loop for machines on which a policy is told of every access (hits=told): what no kernel can do, and what the same
 * policy loses where only accessed bits can be seen is the difference to the loop of `replay.ts`.
 *
 *   for each record: present? set the accessed bit -- else fault;  then, if the page was resident before: hit(folio)
 *
 * A folio that still waits in a batch is placed first, so that `hit` finds it on a list; the access that brings a page
 * in is no hit.
 */
import { type Folio, NIL, PG_LRU } from "../mm/folio.js";
import { PTE_DIRTY, PTE_PRESENT, PTE_RO, PTE_TOUCHED, PTE_YOUNG } from "../mm/memory.js";
import type { Core } from "../reclaim/core.js";
import { fault, fdAccess } from "../reclaim/fault.js";
import { SLOT_MASK, type Trace, WRITE } from "../trace/trace.js";

/** Replay records [from, end). Returns the end, or the index of the record that met no memory. */
export function replayTold(core: Core, trace: Trace, from: number, end: number): number {
  const { records, layout } = trace;
  const { memory } = core;
  const { pte } = memory;
  for (let i = from; i < end; i++) {
    const record = records[i]!;
    const slot = record & SLOT_MASK;
    const write = (record & WRITE) !== 0;
    const page = memory.page(slot);
    const folio = memory.folio(page);
    const entry = pte[slot]!;
    core.stat.nr_record = i + 1;
    if ((entry & PTE_PRESENT) !== 0 && !(write && (entry & PTE_RO) !== 0)) {
      pte[slot] = entry | PTE_PRESENT | PTE_YOUNG | PTE_TOUCHED | (write ? PTE_DIRTY : 0);
    } else if (!(slot < layout.nrSlots ? fault(core, slot, write) : fdAccess(core, slot, write))) {
      return i;
    }
    if (folio !== NIL && memory.entry[page] === folio) tell(core, folio);
  }
  return end;
}

function tell(core: Core, folio: Folio): void {
  const { flags } = core.folios;
  const { ops, mechanisms } = core.attached[core.folios.lruvec[folio]!]!;
  if (mechanisms.settings.hits !== "told") return; // another memcg's policy
  if ((flags[folio]! & PG_LRU) === 0) core.batches.drain();
  if ((flags[folio]! & PG_LRU) !== 0) ops.hit(folio);
}
