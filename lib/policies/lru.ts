/*
 * Traditional LRU: active and inactive lists for each type, as Linux has had them since 2.6.28.
 *
 *   new, swapped in ---> [ inactive head ......... tail ] --- not used ---> out
 *                             ^  |   used once: once round     |
 *    active scan: used or not |  `------------------------- <--'
 *                             |            used again, or a second read, or a recent refault
 *                        [ tail ......... active head ] <------'
 *
 * Being on the active list is earned on the inactive one: by a second use found at the tail, a second read
 * through a descriptor, or a refault that came soon enough. The active scan does not ask whether a page is in
 * use; it sends the oldest down to prove itself again, and only when the inactive list is short or refaults
 * challenge the active pages. Which type is scanned how much is the balance's choice.
 *
 * If the machine has a page-table walk, it runs each time half of memory has been scanned, and what it finds young
 * goes through the `young` slot. `classes` lists in a chain instead of two: class k+1 sends its oldest down to k
 * when the classes below hold too little, eviction takes from class 0, and a page that proves itself goes to the top, or up
 * by one (young=next).
 *
 * Differs from the kernel: no unevictable list, no MADV_COLD, no per-CPU deactivate batches.
 * Source: mm/vmscan.c, get_scan_count(), shrink_lruvec(), shrink_active_list(), prepare_scan_control(),
 * folio_check_references(), inactive_is_low(), 6.12 (memcg reclaim).
 */

import { ScanTargets } from "../mechanisms/balance/scan-targets.js";
import { twoLooks } from "../mechanisms/two-looks.js";
import { BY_FAULT, BY_FD } from "../mm/access.js";
import { atPriority, DEF_PRIORITY } from "../mm/batch.js";
import { ANON, FILE, type MemType, PG_ACTIVE, PG_LRU } from "../mm/folio.js";
import type { Lruvec } from "../mm/lruvec.js";
import type { Policy } from "../reclaim/ops.js";
import type { ScanControl } from "../reclaim/scan-control.js";
import { integerOption } from "./option.js";

export interface LruOptions {
  /** Lists of each type, 2 (inactive, active) to 8. Default: 2. */
  readonly classes?: number;
}

export const lru = ({ classes = 2 }: LruOptions = {}): Policy => ({
  name: "lru",
  options: { classes: integerOption("lru", "classes", classes, 2, 8, "2 lists are inactive and active") },
  mechanisms: { fd: "two-touch", workingset: "distance", balance: "cost", young: "touch" },
  asks: ["balance", "ages", "young", "exec", "deactivation"],
  mayRunOut: true,

  attach(ctx) {
    const { folios, lruvec, settings } = ctx;
    const { flags } = folios;
    const lists = ctx.newLists(classes);
    const top = classes - 1;
    for (let k = 1; k < classes; k++) lists.setActive(k, true);
    const targets = new ScanTargets(classes, settings.batch);
    const mayDeactivate = [false, false];
    const scans = settings.deactivation === "scan";
    /** Where a page goes that proves itself at the tail. */
    const proved = settings.young === "next" ? 1 : top;
    const onlyFile = Float64Array.of(0, 1);
    const onlyAnon = Float64Array.of(1, 0);
    /** Reclaim of all memory in an allocation: its first pass is not cut short. */
    let proportional = false;

    /** Pages of a type in classes 0 to k, as statistics tell them; they know active and inactive only. */
    function upTo(type: MemType, k: number, of = lruvec): number {
      if (top === 1) return of.toldPages(type, false) + (k > 0 ? of.toldPages(type, true) : 0);
      let sum = 0;
      for (let i = 0; i <= k; i++) sum += lists.size(type, i);
      return sum;
    }

    /** Do the classes below k hold too little? One to one, and relatively less of them from 1 GiB on. */
    function isLow(type: MemType, k: number, of = lruvec): boolean {
      const below = upTo(type, k - 1, of);
      const above = upTo(type, top, of) - below;
      const gib = (below + above) >> 18;
      return below * (gib > 0 ? Math.floor(Math.sqrt(10 * gib)) : 1) < above;
    }

    function isAnyLow(type: MemType, of: Lruvec): boolean {
      for (let k = 1; k <= top; k++) if (isLow(type, k, of)) return true;
      return false;
    }

    function setTargets(sc: ScanControl): void {
      const target = ctx.target();
      for (const type of [ANON, FILE] as const) {
        mayDeactivate[type] = sc.forceDeactivate || target.refaultActivated(type) || isAnyLow(type, target);
      }
      const cacheTrim = atPriority(target.toldPages(FILE, false), sc.priority) > 0 && !mayDeactivate[FILE];
      const noAnon = !ctx.canReclaim(ANON) || (sc.swappiness === 0 && !sc.global);
      const equal = sc.priority === 0 && !noAnon && sc.swappiness > 0;
      const anonOnly = !noAnon && !equal && !mayDeactivate[ANON] && sc.isFileTiny(lruvec) && anonAt(sc) > 0;
      const fileOnly = noAnon || (!equal && !anonOnly && cacheTrim);
      proportional = sc.global && !sc.kswapd && sc.priority === DEF_PRIORITY;
      const weight = fileOnly
        ? onlyFile
        : anonOnly
          ? onlyAnon
          : ctx.balance.shares(target, sc.swappiness).weight;
      targets.begin((list) => ctx.unprotected(listSize(list)), sc.priority, weight, equal);
    }

    /** Inactive anonymous pages of the node that count at this priority. */
    const anonAt = (sc: ScanControl): number => atPriority(ctx.target().tree.size[2 * ANON]!, sc.priority);

    const listSize = (list: number): number =>
      lists.size(list < classes ? ANON : FILE, list < classes ? list : list - classes);

    /** A scan of the active list is asked for by refaults, too; with two lists it is settled that one is due. */
    const challenged = (type: MemType): boolean => top === 1 || lruvec.refaultActivated(type);

    /** Scan class k > 0 of a type, if its pages may be sent down. */
    function age(sc: ScanControl, type: MemType, k: number, nr: number): void {
      if (!mayDeactivate[type]) {
        sc.skippedDeactivate = true;
        sc.look(nr);
      } else if (sc.forceDeactivate || isLow(type, k) || (scans && challenged(type))) {
        ctx.demote(sc, lists, type, k, k - 1, nr);
      }
    }

    return {
      place(folio, why) {
        if (why === "rotated") lists.addTail(folio, 0);
        else if ((flags[folio]! & PG_ACTIVE) === 0) lists.add(folio, 0);
        else lists.add(folio, why === "kept" ? proved : top);
      },

      accessed(folio, source) {
        if (source === BY_FAULT) return;
        if (source !== BY_FD) {
          if ((flags[folio]! & PG_LRU) === 0 || folios.klass[folio] === top) return ctx.markYoung(folio);
          ctx.youngHit(folio, top);
          if (folios.klass[folio] === top) flags[folio]! |= PG_ACTIVE;
          return;
        }
        if ((flags[folio]! & PG_LRU) === 0) return ctx.activate(folio);
        ctx.promote(folio, top);
        if (folios.klass[folio] === top) flags[folio]! |= PG_ACTIVE;
      },

      budget(sc) {
        if (sc.nrBatches === 0) {
          ctx.walkIfDue();
          if (sc.kswapd && isLow(ANON, top, ctx.target())) ctx.demote(sc, lists, ANON, top, top - 1, 32);
          setTargets(sc);
        }
        return Number.MAX_SAFE_INTEGER; // the targets end the pass
      },

      isolate(sc) {
        for (;;) {
          const list = targets.next(!proportional && sc.nrReclaimedHere >= sc.nrToReclaim);
          if (list < 0) break;
          const type: MemType = list < classes ? ANON : FILE;
          const k = list < classes ? list : list - classes;
          if (k > 0) age(sc, type, k, targets.granted);
          else ctx.takeTail(sc, lists, type, 0, targets.granted);
          if (sc.nrLooked > 0) return;
        }
        sc.stop();
        if (ctx.canReclaim(ANON)) {
          for (let k = 1; k <= top; k++) if (isLow(ANON, k)) ctx.demote(sc, lists, ANON, k, k - 1, 32);
        }
      },

      checkReferences: twoLooks(folios, ctx.references),

      inspect: () => ({ size: Array.from(lists.nr), mayDeactivate }),
    };
  },
});
