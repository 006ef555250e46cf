import { type Folio, PG_ACTIVE } from "../mm/folio.js";
import type { Core } from "./core.js";
import { wakeKswapd } from "./kswapd.js";

/**
 * Move an isolated folio to another node, if that has a frame above its min watermark; its kswapd is woken below low. The
 * folio takes the way of a new one there: through the add batch to its memcg's lists.
 * Source: mm/vmscan.c, alloc_demote_folio(); mm/migrate.c, migrate_pages(), 6.12.
 */
export function migrate(core: Core, folio: Folio, node: number): boolean {
  const { folios, stat, sc } = core;
  const to = core.nodes[node]!;
  const from = core.lruvecOf(folio);
  const nr = folios.nrPages[folio]!;
  if (to.free - nr < to.marks.low) wakeKswapd(core, to);
  if (to.free - nr < to.marks.min) return false;
  to.free -= nr;
  core.nodes[from.node]!.free += nr;
  folios.lruvec[folio] = core.table.at(from.memcg, node).id;
  folios.flags[folio]! &= ~PG_ACTIVE;
  if (sc.kswapd) stat.pgdemote_kswapd += nr;
  else stat.pgdemote_direct += nr;
  core.batches.add(folio);
  return true;
}
