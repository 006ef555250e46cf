/*
 * Tiers: which of the often-read pages deserve to stay, by feedback.
 *
 * Folios that were read N times through descriptors are in tier ceil(log2 N). For each tier the controller
 * compares how many of its evicted pages came back with how many of tier 0 did. A tier that refaults more,
 * gain included, is protected: eviction passes its folios over.
 *
 *            evicted + protected       refaulted            refaulted/total against tier 0
 *   tier 0        10,000                  500                set point
 *   tier 1           800                   60                below: evict
 *   tier 2           400                  120                above: protect tiers 2 and 3
 *
 * It is a proportional controller with memory: counts of past generations enter at half weight each time
 * the oldest generation is used up.
 *
 * Source: mm/vmscan.c, read_ctrl_pos(), reset_ctrl_pos(), positive_ctrl_err(), get_tier_idx(),
 * get_type_to_scan(), sort_folio(), 6.12 (gains 1:2, one history generation).
 */
import { type Folio, LRU_REFS_MASK, type MemType, PG_READ_TWICE, PG_REFERENCED } from "../mm/folio.js";
import type { Host } from "./host.js";

/** Most tiers, with the widest counts of reads; a kernel has 4. */
export const MAX_NR_TIERS = 5;
/** Fewer refaults than this say nothing (MIN_LRU_BATCH). */
const MIN_REFAULTS = 64;

export interface TierOptions {
  /** How much more than tier 0 a tier may refault before it is protected. Default: 2. */
  readonly gain?: number;
  /** Refaults from which a tier, or a type, counts. Default: 64. */
  readonly minRefaults?: number;
}

export interface Tiers {
  /** Set the limit of a type from its own tier 0. Called before each batch is isolated. */
  update(type: MemType): void;
  /** Choose the type whose tier 0 refaults less, weighted by swappiness, and set its limit from the other's tier 0. */
  pickType(swappiness: number): MemType;
  /** Choose the type whose pages of all tiers together refault less, weighted by swappiness; its limit from its own tier 0. */
  pickBySums(swappiness: number): MemType;
  /** If the folio's tier is above the limit: count it, make it start over at tier 0, and say true. */
  protect(folio: Folio): boolean;
  /** The folio is moved on with its whole generation: counts as protected in its tier. */
  noteOlder(folio: Folio): void;
  noteEvicted(type: MemType, tier: number, nr: number): void;
  noteRefaulted(type: MemType, tier: number, nr: number): void;
  /** The oldest generation of a type is used up: fold its counts into the averages. */
  carryOver(type: MemType): void;
  /** What the controller knows of a tier, to read: averages and present counts together. */
  stateOf(type: MemType, tier: number): TierState;
}

/** The state of one tier. */
export interface TierState {
  /** Pages that came back, and pages evicted or protected: averages of the past and counts since. */
  readonly refaulted: number;
  readonly total: number;
  /** The tier may be evicted. */
  readonly evictable: boolean;
}

class TierController implements Tiers {
  // Shape of each: Float64Array[2 types * MAX_NR_TIERS].
  private readonly refaulted: Float64Array = new Float64Array(2 * MAX_NR_TIERS);
  private readonly total: Float64Array = new Float64Array(2 * MAX_NR_TIERS);
  private readonly avgRefaulted: Float64Array = new Float64Array(2 * MAX_NR_TIERS);
  private readonly avgTotal: Float64Array = new Float64Array(2 * MAX_NR_TIERS);
  /** Highest tier that may be evicted. Shape: [type]. */
  private readonly limit: Int32Array = new Int32Array(2);

  constructor(
    private readonly host: Host,
    private readonly mode: "pid" | "always" | "observe",
    /** Gains of tier 0 and of the tier held against it. */
    private readonly gains: readonly [number, number],
    private readonly minRefaults: number,
  ) {}

  update(type: MemType): void {
    if (this.mode === "observe") return; // no tier is protected
    this.limit[type] = this.highestEvictable(type, this.gains[1], type, this.gains[0]);
  }

  pickBySums(swappiness: number): MemType {
    const sum = (of: Float64Array, type: number): number => {
      let total = 0;
      for (let i = type * MAX_NR_TIERS; i < (type + 1) * MAX_NR_TIERS; i++) total += of[i]!;
      return total;
    };
    const refaulted = [0, 1].map((type) => sum(this.avgRefaulted, type) + sum(this.refaulted, type));
    const total = [0, 1].map((type) => sum(this.avgTotal, type) + sum(this.total, type));
    const file =
      refaulted[1]! < this.minRefaults ||
      refaulted[1]! * (total[0]! + MIN_REFAULTS) * swappiness <=
        (refaulted[0]! + 1) * total[1]! * (200 - swappiness);
    this.update(file ? 1 : 0);
    return file ? 1 : 0;
  }

  pickType(swappiness: number): MemType {
    const gain = [swappiness, 200 - swappiness] as const;
    const type: MemType = this.better(0, 0, gain[0], 1, 0, gain[1]) ? 1 : 0;
    const other: MemType = type === 0 ? 1 : 0;
    this.limit[type] = this.highestEvictable(type, gain[type], other, gain[other]);
    return type;
  }

  protect(folio: Folio): boolean {
    if (this.mode === "observe") return false;
    const { folios, stat, reads } = this.host;
    const flags = folios.flags[folio]!;
    const tier = reads.tier(flags);
    if (tier === 0) return false;
    const type = folios.type(folio);
    const full = reads.isFull(flags);
    if (tier <= this.limit[type]! && !full) return false;
    const nr = folios.nrPages[folio]!;
    if (!full || reads.countsFull) this.total[type * MAX_NR_TIERS + tier]! += nr;
    stat.tier_protected += nr;
    folios.flags[folio]! &= ~(LRU_REFS_MASK | PG_REFERENCED | PG_READ_TWICE);
    return true;
  }

  noteOlder(folio: Folio): void {
    const { folios, reads } = this.host;
    const flags = folios.flags[folio]!;
    if (!reads.isFull(flags)) this.noteEvicted(folios.type(folio), reads.tier(flags), folios.nrPages[folio]!);
  }

  noteEvicted(type: MemType, tier: number, nr: number): void {
    this.total[type * MAX_NR_TIERS + tier]! += nr;
  }

  noteRefaulted(type: MemType, tier: number, nr: number): void {
    this.refaulted[type * MAX_NR_TIERS + tier]! += nr;
  }

  carryOver(type: MemType): void {
    for (let i = type * MAX_NR_TIERS; i < (type + 1) * MAX_NR_TIERS; i++) {
      this.avgRefaulted[i] = Math.floor((this.avgRefaulted[i]! + this.refaulted[i]!) / 2);
      this.avgTotal[i] = Math.floor((this.avgTotal[i]! + this.total[i]!) / 2);
      this.refaulted[i] = 0;
      this.total[i] = 0;
    }
  }

  stateOf(type: MemType, tier: number): TierState {
    const i = type * MAX_NR_TIERS + tier;
    return {
      refaulted: this.avgRefaulted[i]! + this.refaulted[i]!,
      total: this.avgTotal[i]! + this.total[i]!,
      evictable: this.mode === "observe" || tier <= this.limit[type]!,
    };
  }

  private highestEvictable(type: number, gain: number, base: number, baseGain: number): number {
    if (this.mode === "always") return 0;
    let tier = 1;
    while (tier < MAX_NR_TIERS && this.better(base, 0, baseGain, type, tier, gain)) tier++;
    return tier - 1;
  }

  /** True if (type, tier) refaults no more than the set point does, gains included. */
  private better(
    baseType: number,
    baseTier: number,
    baseGain: number,
    type: number,
    tier: number,
    gain: number,
  ): boolean {
    const sp = baseType * MAX_NR_TIERS + baseTier;
    const pv = type * MAX_NR_TIERS + tier;
    const spRefaulted = this.avgRefaulted[sp]! + this.refaulted[sp]!;
    const spTotal = this.avgTotal[sp]! + this.total[sp]!;
    const pvRefaulted = this.avgRefaulted[pv]! + this.refaulted[pv]!;
    const pvTotal = this.avgTotal[pv]! + this.total[pv]!;
    return (
      pvRefaulted < this.minRefaults ||
      pvRefaulted * (spTotal + MIN_REFAULTS) * baseGain <= (spRefaulted + 1) * pvTotal * gain
    );
  }
}

/** The feedback controller. */
export function pidTiers(host: Host, { gain = 2, minRefaults = MIN_REFAULTS }: TierOptions = {}): Tiers {
  return new TierController(host, "pid", [1, gain], minRefaults);
}

/** The same with a wider margin: gains 2:3. Source: get_tier_idx(), 7.3. */
export function widePidTiers(host: Host, { minRefaults = MIN_REFAULTS }: TierOptions = {}): Tiers {
  return new TierController(host, "pid", [2, 3], minRefaults);
}

/** Protect every tier above 0, without asking the controller. */
export function alwaysProtectTiers(host: Host, { minRefaults = MIN_REFAULTS }: TierOptions = {}): Tiers {
  return new TierController(host, "always", [1, 2], minRefaults);
}

/** Protect nothing; count, so that the balance between the types can still ask. */
export function observedTiers(host: Host, { minRefaults = MIN_REFAULTS }: TierOptions = {}): Tiers {
  return new TierController(host, "observe", [1, 2], minRefaults);
}
