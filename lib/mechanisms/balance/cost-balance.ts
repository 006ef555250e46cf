/*
 * The cost model of anon against file: scan more where reclaim has been cheap.
 *
 * Two costs per lruvec, and in the lruvecs above it. A working-set refault costs 32 (it needs I/O), and so does a page that reclaim had to
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

/** Weights from the two costs. Source: get_scan_count(), 6.12. */
function weigh(cost: Float64Array, swappiness: number, weight: Float64Array): void {
  const sum = cost[ANON]! + cost[FILE]!;
  const anon = sum + cost[ANON]!;
  const file = sum + cost[FILE]!;
  weight[ANON] = Math.floor((swappiness * (anon + file + 1)) / (anon + 1));
  weight[FILE] = Math.floor(((200 - swappiness) * (anon + file + 1)) / (file + 1));
}

function halve(cost: Float64Array): void {
  cost[ANON] = Math.floor(cost[ANON]! / 2);
  cost[FILE] = Math.floor(cost[FILE]! / 2);
}

/** Costs by event, halved at most once an event. */
function eventCosts(tiers: Tiers, ioWeight: number, rotations: boolean): Balance {
  const result: Shares = { weight: new Float64Array(2) };

  function note(lruvec: Lruvec, type: number, nrIo: number, nrRotated: number): void {
    for (let at: Lruvec | null = lruvec; at !== null; at = at.parent) {
      const cost = at.balance;
      cost[type]! += nrIo * ioWeight + (rotations ? nrRotated : 0);
      if (cost[ANON]! + cost[FILE]! > Math.floor(at.toldSize() / 4)) halve(cost);
    }
  }

  function shares(lruvec: Lruvec, swappiness: number): Shares {
    weigh(lruvec.balance, swappiness, result.weight);
    return result;
  }

  return {
    olderFirst: true,
    shares,
    pick: pickByShares(shares, tiers),
    noteRefault: (lruvec, type, nr) => note(lruvec, type, nr, 0),
    noteBatch: note,
  };
}

/** 6.12: I/O at 32, rotations at 1. */
export const costBalance = (tiers: Tiers): Balance => eventCosts(tiers, SWAP_CLUSTER_MAX, true);

/** 6.1: I/O alone, at 1. */
export const ioCostBalance = (tiers: Tiers): Balance => eventCosts(tiers, 1, false);

/** 7.3: the growth of the statistics since the last look, which may be old; halved until small enough. */
export function counterCostBalance(tiers: Tiers): Balance {
  const result: Shares = { weight: new Float64Array(2) };

  function shares(lruvec: Lruvec, swappiness: number): Shares {
    const cost = lruvec.balance;
    for (const type of [ANON, FILE]) {
      const now = lruvec.told.cost[type]!;
      cost[type]! += now - lruvec.costSeen[type]!;
      lruvec.costSeen[type] = now;
    }
    const most = Math.floor(lruvec.toldSize() / 4);
    while (cost[ANON]! + cost[FILE]! > most) halve(cost);
    weigh(cost, swappiness, result.weight);
    return result;
  }

  return {
    olderFirst: true,
    shares,
    pick: pickByShares(shares, tiers),
    noteRefault(lruvec, type, nr) {
      lruvec.noteCost(type, nr * SWAP_CLUSTER_MAX);
    },
    noteBatch(lruvec, type, nrWritten, nrRotated) {
      lruvec.noteCost(type, nrWritten * SWAP_CLUSTER_MAX + nrRotated);
    },
  };
}
