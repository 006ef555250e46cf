/*
 * How pages leave an active class, once the policy says that the class below holds too little.
 *
 *   scan       the oldest, 32 at a time, looked at one by one: their accessed bits are cleared, so that they must prove
 *              themselves again below; executable file pages in use go round
 *   implicit   the whole class at once, unseen, as a generation grows older: nothing is scanned, no accessed bit is
 *              cleared, and what was used while active is found used at the tail
 *
 *   before   [ active a b c d e f ]   [ inactive u v w ]
 *   scan     [ active a b c d ]       [ inactive e f u v w ]
 *   implicit [ active ]               [ inactive a b c d e f u v w ]
 *
 * Folios that became active by flag and have not been sorted yet stay active. Each way a page that leaves is WORKINGSET:
 * it has been active.
 *
 * Source: mm/vmscan.c, shrink_active_list(), 6.12 (scan); inc_max_seq() (implicit; that two lists age so is ours).
 */
import { FILE, type Folio, type MemType, NIL, PG_ACTIVE, PG_WORKINGSET } from "../mm/folio.js";
import type { FolioLists } from "../mm/lists.js";
import type { Lruvec } from "../mm/lruvec.js";
import type { References } from "./access/references.js";
import type { Balance } from "./balance/balance.js";
import type { Host } from "./host.js";

export interface Deactivation {
  /** Send folios of a type from the tail of one class to the head of another. Returns the pages looked at, at most `nr`. */
  demote(lruvec: Lruvec, lists: FolioLists, type: MemType, from: number, to: number, nr: number): number;
}

/** @param references - Look at a folio's accessed bits, clearing them. */
export function scannedDeactivation(
  { folios, stat }: Host,
  balance: Balance,
  references: (folio: Folio) => References,
): Deactivation {
  return {
    demote(lruvec, lists, type, from, to, nr) {
      stat.lru_lock += 2; // once to isolate, once to put back
      let rotated = 0;
      let looked = 0;
      const end = Math.min(nr, lists.size(type, from)); // each folio once
      while (looked < end) {
        const folio = lists.tail(type, from);
        if (folio === NIL) break;
        const pages = folios.nrPages[folio]!;
        looked += pages;
        stat.pgrefill += pages;
        if (lists.settle(folio, from)) continue;
        const found = references(folio);
        if (found.vmas > 0 && found.exec && type === FILE) {
          lists.move(folio, from);
          lruvec.age(pages);
          rotated += pages;
          continue;
        }
        lists.remove(folio);
        folios.flags[folio] = (folios.flags[folio]! & ~PG_ACTIVE) | PG_WORKINGSET;
        lists.add(folio, to);
        stat.pgdeactivate += pages;
      }
      if (rotated > 0) balance.noteBatch(lruvec, type, 0, rotated);
      return looked;
    },
  };
}

/** The class is taken over whole: one edit of a list, however many folios it holds. */
export function implicitDeactivation({ folios, stat }: Host): Deactivation {
  return {
    demote(_lruvec, lists, type, from, to, nr) {
      stat.lru_lock++;
      const moves = stat.list_move;
      let folio = lists.tail(type, from);
      // Bound: each step leaves one folio less on the list.
      while (folio !== NIL) {
        if (!lists.settle(folio, from)) {
          lists.remove(folio);
          folios.flags[folio] = (folios.flags[folio]! & ~PG_ACTIVE) | PG_WORKINGSET;
          lists.add(folio, to);
          stat.pgdeactivate += folios.nrPages[folio]!;
        }
        folio = lists.tail(type, from);
      }
      stat.list_move = moves + 1;
      return nr;
    },
  };
}
