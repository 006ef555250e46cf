/*
 * The reference check: is a folio at the tail still in use?
 *
 * Follow the reverse map to every mapping of the folio, read and clear each accessed bit, and report how many
 * mappings were young and whether one of them was executable. Exact and dear: the price is per folio, and the
 * walk touches VMA, page tables and PTE of each mapping.
 *
 *   folio -- rmap --> PTE of process 1 [young]   -> cleared, +1; look-around may scan its neighbours
 *               `---> PTE of process 2 [old]
 *
 * A folio whose accessed bit somebody else has already cleared (a walk, look-around) carries PG_young, which makes
 * the first mapping that is met count as young; so detectors add up instead of hiding accesses from each other.
 *
 * Differs from the kernel: locks are always free, and PG_young of an unmapped folio counts too (the kernel
 * uses the flag for mapped folios only).
 * Source: mm/rmap.c, folio_referenced() and folio_referenced_one(), 6.12.
 */
import { type Folio, PG_EXEC, PG_YOUNG } from "../../mm/folio.js";
import { PTE_PRESENT, PTE_USED, PTE_YOUNG } from "../../mm/memory.js";
import type { Host } from "../host.js";
import type { LookAround } from "./look-around.js";

/** What a reference check found. One object a checker, overwritten by the next check. */
export interface References {
  /** Mappings that were young, plus one if the folio carried PG_young alone. */
  vmas: number;
  /** A young mapping was executable. */
  exec: boolean;
}

/** The slot for the check at the tail and in the active scan. */
export interface ReferenceCheck {
  /** Look at a folio, clearing what was found. The result is valid until the next call. */
  check(folio: Folio): References;
}

/** Ask the reverse map. @param exec - False: executable mappings are like any other. */
export function rmapReferences(host: Host, lookAround: LookAround, exec = true): ReferenceCheck {
  const { memory, folios, stat } = host;
  const found: References = { vmas: 0, exec: false };
  return {
    check(folio) {
      found.vmas = 0;
      found.exec = false;
      let marked = (folios.flags[folio]! & PG_YOUNG) !== 0;
      folios.flags[folio]! &= ~PG_YOUNG;
      let left = folios.mapcount[folio]!;
      if (left > 0) stat.rmap_walk++;
      for (
        let slot = memory.firstMapping(folios.page[folio]!);
        slot >= 0 && left > 0;
        slot = memory.nextMapping(slot)
      ) {
        stat.rmap_pte++;
        const pte = memory.pte[slot]!;
        if ((pte & PTE_PRESENT) === 0) continue;
        left--;
        const vma = memory.vma(slot);
        if (vma.recency === false || !host.heeds(vma.process)) continue;
        const young = (pte & PTE_YOUNG) !== 0;
        if (!young && !marked) continue;
        marked = false; // the mark stands for one mapping: the first that is met
        found.vmas++;
        if (exec && vma.exec === true) found.exec = true;
        if (!young) continue;
        memory.pte[slot] = pte & ~PTE_YOUNG;
        lookAround.around(slot, folio);
      }
      if (marked) found.vmas++; // not mapped: a read left the mark
      return found;
    },
  };
}

/**
 * Trust PG_young alone: what walks have found since the last check. No reverse map, no PTE is read; several young
 * mappings count as one, and a folio is executable if it was ever mapped so.
 */
export function flagReferences(host: Host): ReferenceCheck {
  const { flags } = host.folios;
  const found: References = { vmas: 0, exec: false };
  return {
    check(folio) {
      found.vmas = (flags[folio]! & PG_YOUNG) === 0 ? 0 : 1;
      found.exec = found.vmas > 0 && (flags[folio]! & PG_EXEC) !== 0;
      flags[folio]! &= ~PG_YOUNG;
      return found;
    },
  };
}

/**
 * Know every access since the last check, whoever has cleared accessed bits meanwhile, at no cost: what perfect detection
 * would be worth. Nothing that was only mapped counts (fault-around), what a walk has acted on counts again, and no mark of
 * a walk is believed. Of a folio that is not mapped the mark of a read counts; other reads are the `fd` slot's.
 */
export function exactReferences({ memory, folios }: Host, exec = true): ReferenceCheck {
  const found: References = { vmas: 0, exec: false };
  return {
    check(folio) {
      found.vmas = 0;
      found.exec = false;
      let slot = memory.firstMapping(folios.page[folio]!);
      for (; slot >= 0; slot = memory.nextMapping(slot)) {
        const pte = memory.pte[slot]!;
        if ((pte & (PTE_PRESENT | PTE_USED)) !== (PTE_PRESENT | PTE_USED)) continue;
        memory.pte[slot] = pte & ~PTE_USED;
        found.vmas++;
        if (exec && memory.vma(slot).exec === true) found.exec = true;
      }
      if (folios.mapcount[folio] === 0 && (folios.flags[folio]! & PG_YOUNG) !== 0) found.vmas = 1;
      folios.flags[folio]! &= ~PG_YOUNG;
      return found;
    },
  };
}

/** Off: nothing is ever referenced. */
export function noReferences(): ReferenceCheck {
  const found: References = { vmas: 0, exec: false };
  return { check: () => found };
}
