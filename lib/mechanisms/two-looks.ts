/*
 * The rule of two looks: what the tail concludes from a reference check.
 *
 *   found in use       verdict                                      left on the folio
 *   no                 reclaim                                      nothing
 *   by one mapping     keep; activate if it was REFERENCED before   REFERENCED
 *   by two             activate                                     REFERENCED
 *   executable file    activate                                     REFERENCED
 *
 * A mapped page is young when it is first looked at, by the fault that mapped it; so one look proves nothing.
 *
 * Source: mm/vmscan.c, folio_check_references(), 6.12.
 */
import { FILE, type Folio, type Folios, PG_REFERENCED, PG_YOUNG } from "../mm/folio.js";
import type { References } from "./access/references.js";

/** The fate of a candidate: lose it; put it back; put it back as active. */
export type Verdict = "reclaim" | "keep" | "activate";

/** @param references - Look at a folio's accessed bits, clearing them. */
export function twoLooks(
  folios: Folios,
  references: (folio: Folio) => References,
): (folio: Folio) => Verdict {
  const { flags } = folios;
  return (folio) => {
    const { vmas, exec } = references(folio);
    const seen = (flags[folio]! & PG_REFERENCED) !== 0; // asked now: in 6.1 look-around marks the victim itself
    flags[folio]! &= ~(PG_REFERENCED | PG_YOUNG);
    if (vmas === 0) return "reclaim";
    flags[folio]! |= PG_REFERENCED;
    return seen || vmas > 1 || (exec && folios.type(folio) === FILE) ? "activate" : "keep";
  };
}
