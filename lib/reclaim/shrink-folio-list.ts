/*
 * The candidates of one batch, oldest first: verdict, then page-out; survivors go back to the policy in the
 * same order.
 *
 *   checkReferences  reclaim --> pageOut  freed -----> shadow in its place
 *          |                        `---- kept ---.
 *          `- keep, activate ---------------------+--> place "kept"
 *
 * With retry=on, a survivor that nothing keeps any more (unmapped, clean, not active: its reference in a per-CPU batch or its
 * write may be gone by now) is judged once more, after the others have been put back.
 *
 * Source: mm/vmscan.c, shrink_folio_list(), move_folios_to_lru(), __remove_mapping(); evict_folios() (retry), 6.12.
 */
import {
  ANON,
  FILE,
  type Folio,
  type MemType,
  PG_ACTIVE,
  PG_DIRTY,
  PG_LRU,
  PG_WRITEBACK,
} from "../mm/folio.js";
import type { Lruvec } from "../mm/lruvec.js";
import type { Core } from "./core.js";
import { lost } from "./lru-batches.js";

/** Flags that keep a survivor from a second try. */
const HELD = PG_ACTIVE | PG_DIRTY | PG_WRITEBACK;

/** Returns the file folios among the candidates. */
export function shrinkFolioList(core: Core, lruvec: Lruvec): number {
  const { sc, folios, stat } = core;
  const { ops, mechanisms } = core.attached[lruvec.id]!;
  const { taken, rotated, written } = sc;
  taken.fill(0);
  rotated.fill(0);
  written.fill(0);
  let nrKept = 0;
  for (let i = 0; i < sc.nrTaken; i++) {
    const folio = sc.batch[i]!;
    ops.removed(folio);
    const type = folios.type(folio);
    taken[type]!++;
    const before = stat.nr_vmscan_write;
    const freed = tryToFree(core, lruvec, folio);
    written[type]! += stat.nr_vmscan_write - before;
    if (freed) continue;
    rotated[type]! += folios.nrPages[folio]!;
    sc.batch[nrKept++] = folio;
  }
  if (mechanisms.settings.retry === "on") tryAgain(core, lruvec, nrKept);
  else putBack(core, lruvec, nrKept);
  // Costs fade at each note, so a batch of one type must be one event.
  if (taken[ANON]! > 0) {
    mechanisms.balance.noteBatch(lruvec, ANON, written[ANON]!, rotated[ANON]!);
  }
  if (taken[FILE]! > 0) mechanisms.balance.noteBatch(lruvec, FILE, written[FILE]!, rotated[FILE]!);
  return taken[FILE]!;
}

/** The first `nr` folios of the batch stay in memory. */
function putBack(core: Core, lruvec: Lruvec, nr: number): void {
  const { sc, folios, stat } = core;
  const { ops } = core.attached[lruvec.id]!;
  if (nr > 0) stat.lru_lock++;
  for (let i = 0; i < nr; i++) {
    const folio = sc.batch[i]!;
    ops.place(folio, "kept");
    if ((folios.flags[folio]! & PG_LRU) === 0) lost(folio, "kept");
    if ((folios.flags[folio]! & PG_ACTIVE) !== 0) lruvec.age(folios.nrPages[folio]!);
  }
}

/** Of `nr` survivors, those that nothing keeps any more are tried once more when the others have been put back. */
function tryAgain(core: Core, lruvec: Lruvec, nr: number): void {
  const { sc, folios } = core;
  let nrStay = 0;
  let nrAgain = 0;
  for (let i = 0; i < nr; i++) {
    const folio = sc.batch[i]!;
    const held = (folios.flags[folio]! & HELD) !== 0 || folios.mapcount[folio]! > 0;
    if (held) sc.batch[nrStay++] = folio;
    else sc.again[nrAgain++] = folio;
  }
  putBack(core, lruvec, nrStay);
  let nrKept = 0;
  for (let i = 0; i < nrAgain; i++) {
    const folio = sc.again[i]!;
    if (!tryToFree(core, lruvec, folio)) sc.batch[nrKept++] = folio;
  }
  putBack(core, lruvec, nrKept);
}

/** True: the folio is gone. False: it is kept, with PG_ACTIVE if it should rank high. */
function tryToFree(core: Core, lruvec: Lruvec, folio: Folio): boolean {
  const { folios, stat, sc } = core;
  const { ops, mechanisms } = core.attached[lruvec.id]!;
  const nr = folios.nrPages[folio]!;
  const type: MemType = folios.type(folio);
  const verdict = ops.checkReferences(folio);
  const result = verdict === "reclaim" ? mechanisms.pageout.pageOut(folio) : verdict;
  if (result !== "freed" && result !== "demoted") {
    if (result === "activate") {
      folios.flags[folio]! |= PG_ACTIVE;
      stat.pgactivate += nr;
    }
    return false;
  }
  if (result === "freed") {
    const shadow = mechanisms.workingset.evict(folio);
    ops.evicted(folio, folios.page[folio]!);
    core.noteEvicted(lruvec, nr);
    core.free(folio, shadow, type === ANON);
  }
  stat.pgsteal += nr;
  if (sc.kswapd) stat.pgsteal_kswapd += nr;
  if (type === ANON) stat.pgsteal_anon += nr;
  else stat.pgsteal_file += nr;
  sc.nrReclaimed += nr;
  sc.nrReclaimedHere += nr;
  return true;
}
