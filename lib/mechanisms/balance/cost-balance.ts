/*
 * The cost model of anon against file: scan more where reclaim has been cheap.
 *
 * Two costs per lruvec. A working-set refault costs 32 (it needs I/O), and so does a page that reclaim had to
 * write; a page scanned but not reclaimed costs 1. When the costs outgrow a quarter of the lists, both are
 * halved, so old sins fade. Pressure on a type is swappiness (anon) or 200 - swappiness (file), divided by its
 * share of the cost; each cost counts against both by half, so that no type is ever left alone.
 *
 * Source: mm/swap.c, lru_note_cost(), lru_note_cost_refault(); mm/vmscan.c, get_scan_count(), calculating the
 * fractions, 6.12.
 */
import { SWAP_CLUSTER_MAX } from "../../mm/batch.js";
import { ANON, FILE } from "../../mm/folio.js";
import type { Lruvec } from "../../mm/lruvec.js";
import type { Tiers } from "../tiers.js";
import { type Balance, pickByShares, type Shares } from "./balance.js";

export function costBalance(tiers: Tiers): Balance {
  const cost = new Float64Array(2);
  const result: Shares = { weight: new Float64Array(2) };

  function note(lruvec: Lruvec, type: number, nrIo: number, nrRotated: number): void {
    cost[type]! += nrIo * SWAP_CLUSTER_MAX + nrRotated;
    const { size } = lruvec.told;
    const pages = size[0]! + size[1]! + size[2]! + size[3]!;
    if (cost[ANON]! + cost[FILE]! > Math.floor(pages / 4)) {
      cost[ANON] = Math.floor(cost[ANON]! / 2);
      cost[FILE] = Math.floor(cost[FILE]! / 2);
    }
  }

  function shares(_lruvec: Lruvec, swappiness: number): Shares {
    const sum = cost[ANON]! + cost[FILE]!;
    const anon = sum + cost[ANON]!;
    const file = sum + cost[FILE]!;
    result.weight[ANON] = Math.floor((swappiness * (anon + file + 1)) / (anon + 1));
    result.weight[FILE] = Math.floor(((200 - swappiness) * (anon + file + 1)) / (file + 1));
    return result;
  }

  return {
    shares,
    pick: pickByShares(shares, tiers),
    noteRefault: (lruvec, type, nr) => note(lruvec, type, nr, 0),
    noteBatch: note,
  };
}
