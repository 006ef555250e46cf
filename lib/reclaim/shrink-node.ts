/*
 * One round of reclaim over a node: the memcgs below the target, in the order of the slot, each looked at once.
 *
 *   order: root A B ..   below memory.min: passed over        below memory.low: passed over, unless nothing else helps
 *                        else: shrinkLruvec
 *
 * Source: mm/vmscan.c, shrink_node_memcgs(), shrink_one(), set_initial_priority(), 6.12. Differs: what the traditional LRU
 * settles once a round (prepare_scan_control()) is settled again for each lruvec.
 */
import type { MemcgMove, Round } from "../mechanisms/memcg-order/memcg-order.js";
import { atPriority, DEF_PRIORITY, MIN_LRU_BATCH } from "../mm/batch.js";
import { ANON, FILE } from "../mm/folio.js";
import type { Lruvec } from "../mm/lruvec.js";
import { calculateProtection, isBelowLow, isBelowMin } from "../mm/protection.js";
import type { Core } from "./core.js";
import { shrinkLruvec } from "./shrink-lruvec.js";

/** Reclaim from the target's lruvecs on a node, once, at the priority of the run. */
export function shrinkNode(core: Core, node: number): void {
  const { sc } = core;
  const order = core.mechanisms.memcgOrder;
  const ranked = order.ranks && sc.global;
  const before = sc.nrReclaimed;
  const lruvecs = core.table.under(sc.target, node);
  if (lruvecs.length === 1 && !ranked) {
    shrinkLruvec(core, lruvecs[0]!); // the target's own, which nothing protects from the target
    if (sc.nrReclaimed > before) core.nodes[node]!.failures = 0;
    return;
  }
  if (ranked && sc.kswapd) sc.nrReclaimed = 0;
  const round: Round = {
    lruvecs,
    global: sc.global,
    whole: sc.whole || sc.kswapd,
    visit: (lruvec, again) => visit(core, lruvec, ranked, again),
    enough: () => (sc.global ? sc.isDone(node) : sc.nrReclaimed >= sc.nrToReclaim),
  };
  order.run(round);
  if (ranked && sc.kswapd) sc.nrReclaimed += before;
  if (sc.nrReclaimed > before) core.nodes[node]!.failures = 0;
}

function visit(core: Core, lruvec: Lruvec, ranked: boolean, again: boolean): MemcgMove {
  const { sc, stat } = core;
  const { memcg, clock } = lruvec;
  calculateProtection(sc.target, memcg);
  if (isBelowMin(sc.target, memcg)) return "young";
  if (isBelowLow(sc.target, memcg)) {
    if (!ranked && !sc.lowReclaim) sc.lowSkipped = true;
    if (ranked ? !again : !sc.lowReclaim) return "tail";
    stat.memcg_low++;
  }
  const seq = clock.maxSeq;
  shrinkLruvec(core, lruvec);
  if (clock.maxSeq > seq) return "young";
  if (isSizable(core, lruvec)) return "stay";
  return again ? "young" : "tail";
}

/** There is something to look at, at this priority. Kernel: lruvec_is_sizable(). */
export function isSizable(core: Core, lruvec: Lruvec): boolean {
  const anon = core.canReclaim(ANON, lruvec.node) ? lruvec.pages(ANON) : 0;
  return atPriority(anon + lruvec.pages(FILE), core.sc.priority) > 0;
}

/** Begin at the priority at which one round should free what is wanted, going by what is inactive. 6 to 12. */
export function estimatePriority(core: Core, node: number): void {
  const { sc } = core;
  if (sc.priority !== DEF_PRIORITY || sc.nrToReclaim < MIN_LRU_BATCH) return;
  const [root] = core.table.under(core.memcg, node);
  const anon = core.canReclaim(ANON, node) ? root!.tree.size[2 * ANON]! : 0;
  const inactive = root!.tree.size[2 * FILE]! + anon;
  const bits = (n: number): number => (n > 0 ? Math.floor(Math.log2(n)) + 1 : 0);
  const priority = bits(inactive) - 1 - bits(sc.nrToReclaim - 1);
  sc.priority = Math.min(Math.max(priority, DEF_PRIORITY / 2), DEF_PRIORITY);
}
