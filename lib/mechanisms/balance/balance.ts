import { ANON, FILE, type MemType } from "../../mm/folio.js";
import type { Lruvec } from "../../mm/lruvec.js";
import type { Tiers } from "../tiers.js";

/** The slot for the choice between anonymous memory and page cache, where both can be reclaimed. */
export interface Balance {
  /** Weights of scanning each type, from what reclaiming them has cost so far. Overwritten by the next call. */
  shares(lruvec: Lruvec, swappiness: number): Shares;
  /** The type to scan next, for policies that scan one type at a time. Sets the tiers' limit for it. */
  pick(lruvec: Lruvec, swappiness: number): MemType;
  /** Where generations have ages: the type whose oldest generation is older goes first, and only a tie is decided here. */
  readonly olderFirst: boolean;
  /** A page of the working set came back. */
  noteRefault(lruvec: Lruvec, type: MemType, nr: number): void;
  /** A batch ended: pages written by reclaim, and pages scanned without being reclaimed. */
  noteBatch(lruvec: Lruvec, type: MemType, nrWritten: number, nrRotated: number): void;
}

/** Weight of each type; its share is `weight[type] / (weight[0] + weight[1])`. */
export interface Shares {
  readonly weight: Float64Array;
}

/** Choose by what the tiers report: the type whose tier 0 refaults less, swappiness included. Source: get_type_to_scan(), 6.12. */
export function tierBalance(tiers: Tiers): Balance {
  return byTiers((swappiness) => tiers.pickType(swappiness), true);
}

/** The same by all tiers together, whatever the ages of the generations. Source: get_type_to_scan(), 7.3. */
export function tierSumBalance(tiers: Tiers): Balance {
  return byTiers((swappiness) => tiers.pickBySums(swappiness), false);
}

function byTiers(pickType: (swappiness: number) => MemType, olderFirst: boolean): Balance {
  const result: Shares = { weight: new Float64Array(2) };
  return {
    olderFirst,
    shares(_lruvec, swappiness) {
      const type = pickType(swappiness);
      result.weight[type] = 1;
      result.weight[1 - type] = 0;
      return result;
    },
    pick: (_lruvec, swappiness) => pickType(swappiness),
    noteRefault() {},
    noteBatch() {},
  };
}

/** Choose by swappiness alone: anon gets swappiness of 200 parts, whatever it costs. */
export function swappinessBalance(tiers: Tiers): Balance {
  const result: Shares = { weight: new Float64Array(2) };
  const shares = (_lruvec: Lruvec, swappiness: number): Shares => {
    result.weight[ANON] = swappiness;
    result.weight[FILE] = 200 - swappiness;
    return result;
  };
  const pick = pickByShares(shares, tiers);
  return { olderFirst: true, shares, pick, noteRefault() {}, noteBatch() {} };
}

/** No choice but by age: the older generation goes first, and on a tie the types take turns. */
export function oldestBalance(tiers: Tiers): Balance {
  const result: Shares = { weight: Float64Array.of(1, 1) };
  const shares = (): Shares => result;
  return { olderFirst: true, shares, pick: pickByShares(shares, tiers), noteRefault() {}, noteBatch() {} };
}

/**
 * Memory divided once and for all: whichever type holds more than its share is scanned, whatever it costs.
 * @param share - Of anonymous pages in the lruvec, 0 to 1.
 */
export function fixedBalance(tiers: Tiers, share: number): Balance {
  const result: Shares = { weight: new Float64Array(2) };
  const choose = (lruvec: Lruvec): MemType => {
    const [anon, file] = [lruvec.pages(ANON), lruvec.pages(FILE)];
    return file === 0 || anon > share * (anon + file) ? ANON : FILE;
  };
  return {
    olderFirst: false,
    shares(lruvec) {
      const type = choose(lruvec);
      result.weight[type] = 1;
      result.weight[1 - type] = 0;
      return result;
    },
    pick(lruvec) {
      const type = choose(lruvec);
      tiers.update(type);
      return type;
    },
    noteRefault() {},
    noteBatch() {},
  };
}

/** Turn shares into a sequence of picks: each turn every type earns its share, and the richer one pays for a turn. */
export function pickByShares(
  shares: (lruvec: Lruvec, swappiness: number) => Shares,
  tiers: Tiers,
): (lruvec: Lruvec, swappiness: number) => MemType {
  let credit = 0; // of anon; file's is its negative
  return (lruvec, swappiness) => {
    const { weight } = shares(lruvec, swappiness);
    credit += weight[ANON]! / (weight[ANON]! + weight[FILE]!);
    const type: MemType = credit >= 0.5 ? ANON : FILE;
    if (type === ANON) credit -= 1;
    tiers.update(type);
    return type;
  };
}

/** For generations: the older one first, if the balance minds; on a tie swappiness 1 and 200 say it, else the balance. */
export function pickByAge(balance: Balance, lruvec: Lruvec, swappiness: number): MemType {
  const { minSeq } = lruvec.clock;
  if (balance.olderFirst && minSeq[ANON]! < minSeq[FILE]!) return ANON;
  if (swappiness === 1) return FILE;
  return swappiness === 200 ? ANON : balance.pick(lruvec, swappiness);
}
