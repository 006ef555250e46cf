/*
 * The rule of the second use: a page is worth promoting when it is found used again, or had been hot before.
 *
 *   found used   1st            2nd                3rd
 *   flags        REFERENCED     REFERENCED, +1     WORKINGSET: hot, the count starts over
 *   promote      no             yes                yes
 *
 * A page that comes back WORKINGSET is promoted at its first use; so is executable file memory.
 *
 * Source: mm/vmscan.c, lru_gen_set_refs(), 7.3.
 */
import {
  FILE,
  type Folio,
  type Folios,
  LRU_REFS_MASK,
  PG_REFERENCED,
  PG_WORKINGSET,
  PG_YOUNG,
} from "../mm/folio.js";
import type { ReadCounts } from "./access/read-counts.js";
import type { References } from "./access/references.js";
import type { Verdict } from "./two-looks.js";

export interface SecondUse {
  /** The folio was found used, by an executable mapping if `exec`: note it. True: promote it. */
  noteUse(folio: Folio, exec: boolean): boolean;
  /** The verdict on a candidate: what its mappings tell is one use. */
  check(folio: Folio): Verdict;
}

/** @param references - Look at a folio's accessed bits, clearing them. */
export function secondUse(
  folios: Folios,
  reads: ReadCounts,
  references: (folio: Folio) => References,
): SecondUse {
  const { flags } = folios;
  return {
    check(folio) {
      const { vmas, exec } = references(folio);
      flags[folio]! &= ~PG_YOUNG;
      if (vmas === 0) return "reclaim";
      return this.noteUse(folio, exec) ? "activate" : "keep";
    },
    noteUse(folio, exec) {
      const now = flags[folio]!;
      if ((now & (PG_REFERENCED | PG_WORKINGSET)) === 0) {
        const atOnce = exec && folios.type(folio) === FILE;
        flags[folio] = (now & ~LRU_REFS_MASK) | (atOnce ? PG_WORKINGSET : PG_REFERENCED);
        return atOnce;
      }
      const often = (now & PG_REFERENCED) !== 0 && (now & LRU_REFS_MASK) !== 0;
      flags[folio] = often ? (now & ~(LRU_REFS_MASK | PG_REFERENCED)) | PG_WORKINGSET : reads.read(now);
      return true;
    },
  };
}
