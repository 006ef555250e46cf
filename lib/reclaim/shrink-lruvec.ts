/*
 * One pass over one lruvec: batch after batch, as long as the policy's budget lasts.
 *
 *   { budget -> isolate -> shrinkFolioList -> put back -> writeback } ...
 *
 * This is the whole path. What is looked at, in which order, and what is spared are the policy's answers; how
 * a page is checked, freed and counted are the mechanisms'.
 * Source: mm/vmscan.c, shrink_lruvec() and try_to_shrink_lruvec(), which it unifies, 6.12.
 */
import { ANON, FILE } from "../mm/folio.js";
import type { Lruvec } from "../mm/lruvec.js";
import type { Core } from "./core.js";
import { shrinkFolioList } from "./shrink-folio-list.js";

export function shrinkLruvec(core: Core, lruvec: Lruvec): void {
  const { sc } = core;
  const { ops, mechanisms } = core.attached[lruvec.id]!;
  const turn = core.ledger?.turn(lruvec.memcg);
  sc.beginPass();
  mechanisms.swapOut.complete();
  if (core.params.flushesInReclaim === true) core.timers.flushStatistics();
  // Bound: each batch looks at one page or more, or ends the pass; a pass ends at twice what there is.
  const most = 2 * (lruvec.pages(ANON) + lruvec.pages(FILE)) + 64;
  for (let looked = 0; looked < most; ) {
    const budget = ops.budget(sc);
    if (budget <= 0) break;
    sc.beginBatch(budget - looked, mechanisms.settings.batch);
    mechanisms.tiers.update(ANON);
    mechanisms.tiers.update(FILE);
    core.attached[lruvec.id]!.lists!.nrTails = 0;
    ops.isolate(sc);
    if (sc.isolated) core.stat.lru_lock++;
    const nrFile = sc.nrTaken > 0 ? shrinkFolioList(core, lruvec) : 0;
    mechanisms.pageout.batchDone(nrFile);
    sc.nrBatches++;
    looked += sc.nrLooked;
    sc.nrSinceWalk += sc.nrLooked;
    if (sc.nrLooked === 0 || sc.stopped || looked >= budget) break;
  }
  if (turn !== undefined) core.ledger!.turn(turn);
}
