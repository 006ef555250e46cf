/*
 * What a point of an ablation changes: its counters over those of its base, pair by pair.
 *
 *   trace t:   cells of the point and of the base with the same memory and seed are a pair with a ratio; geometric
 *              mean over the memory sizes, then over the seeds, interval over the seeds: each size weighs the same
 *   all:       geometric mean of the traces' ratios, each trace weighing the same, interval over the traces
 *
 * A trace on which the point's runs equal the base's in every counter says nothing of the mechanism, only that it
 * had no occasion (no page table to walk, nothing read twice); such traces are left out of the mean, and `n`
 * says how many are in it.
 *
 * The first interval says how much the ratio moves with the seed, the second how much it differs between
 * programs. Few seeds or traces make narrow BCa intervals too narrow: with 5 values a nominal 95 % covers
 * about 84 % (normal data).
 */
import { mean } from "../stats/resample.js";
import type { Row } from "../study/run-grid.js";
import { groupBy } from "./group.js";
import { amount, type Measure, type Measures } from "./measure.js";
import { type Pair, pairUp } from "./pairs.js";
import { corrected, summary } from "./summary.js";

/** One effect: of a point on a measure, on one trace or, without `trace`, over all. */
export interface Effect {
  readonly point: string;
  readonly base: string;
  readonly measure: string;
  /** Point over base: 1 no effect, 0 the point does none of it, Infinity its base does none, NaN neither does. */
  readonly ratio: number;
  readonly lo?: number;
  readonly hi?: number;
  readonly trace?: string;
  /**
   * Pairs that the ratio rests on; of a summary, traces: those where the point changed anything at all, less those
   * where either side counts 0, which cannot enter a geometric mean.
   */
  readonly n: number;
  /** The point changed no counter on this trace. */
  readonly inert?: boolean;
  /** Of a summary of one trace or more: Hodges-Lehmann estimate of the ratio, which one wild trace does not move. */
  readonly typical?: number;
  /** Of a summary: sign-flip test over the `n` traces that the point does nothing, two-sided; null if n is 0. */
  readonly p?: number | null;
  /** The same after Holm's correction over the points of one base on one measure. */
  readonly pHolm?: number | null;
  /** The smallest p that n traces can give: 2 / 2^n. */
  readonly pLeast?: number | null;
}

/** The measures of the standard ablation report: what reclaim got wrong, and what it did for it. */
export const STANDARD_MEASURES: Measures = {
  refaults: "workingset_refault",
  "pages scanned": ["pgscan", "pgrefill"],
  "PTEs read": ["walk_pte", "lookaround_pte", "rmap_pte"],
  "rmap walks": "rmap_walk",
  "lru_lock taken": "lru_lock",
  "list moves": "list_move",
};

/**
 * Effects of all points on all measures, summaries first. A base's own rows are left out, and so are cells
 * without result, together with their partners.
 * @throws InputError for a counter that no row has, and if no pair is left.
 */
export function effects(rows: readonly Row[], measures: Measures = STANDARD_MEASURES): Effect[] {
  const pairs = pairUp(rows);
  const summaries: Effect[] = [];
  const single: Effect[] = [];
  for (const [point, ofPoint] of groupBy(pairs, ({ row }) => row.labels.point)) {
    const { base } = ofPoint[0]!.row.labels;
    for (const [measure, counters] of Object.entries(measures)) {
      const ofTraces: Effect[] = [];
      for (const [trace, ofTrace] of groupBy(ofPoint, ({ row }) => row.labels.trace)) {
        const inert = ofTrace.every(({ row, base: of }) => sameCounters(row, of));
        ofTraces.push({ point, base, measure, trace, inert, ...traceRatio(ofTrace, counters) });
      }
      single.push(...ofTraces);
      summaries.push({ point, base, measure, ...overTraces(ofTraces) });
    }
  }
  return [...testedTogether(summaries), ...single];
}

/** The summaries with `pHolm`, in their order. */
function testedTogether(summaries: readonly Effect[]): Effect[] {
  const found = new Map<Effect, Effect>();
  for (const family of groupBy(summaries, ({ base, measure }) => JSON.stringify([base, measure])).values()) {
    const tested = corrected(family.map((effect) => ({ ...effect, p: effect.p ?? null })));
    for (const [i, effect] of family.entries()) found.set(effect, tested[i]!);
  }
  return summaries.map((effect) => found.get(effect)!);
}

/** An effect on one trace. */
export type TraceEffect = Effect & { readonly trace: string };

/** Those effects that are about one trace each. */
export function ofTraces(all: readonly Effect[]): TraceEffect[] {
  return all.filter((effect): effect is TraceEffect => effect.trace !== undefined);
}

/** Those effects that summarise all traces. */
export function overall(all: readonly Effect[]): Effect[] {
  return all.filter(({ trace }) => trace === undefined);
}

/** Geometric mean of the ratios over memory sizes and seeds, with its interval over the seeds. */
function traceRatio(pairs: readonly Pair[], measure: Measure): Ratio {
  const ofSeeds: number[] = [];
  for (const ofSeed of groupBy(pairs, ({ row }) => `${row.labels.seed}`).values()) {
    const usable = ofSeed
      .map((pair) => amount(pair.row, measure) / amount(pair.base, measure))
      .filter(isUsable);
    if (usable.length > 0) ofSeeds.push(Math.exp(mean(usable.map(Math.log))));
  }
  if (ofSeeds.length > 0) return spread(ofSeeds);
  const total = (of: (pair: Pair) => Row): number =>
    pairs.reduce((sum, pair) => sum + amount(of(pair), measure), 0);
  return { ratio: total(({ row }) => row) / total(({ base }) => base), n: 0 };
}

type Ratio = Pick<Effect, "ratio" | "lo" | "hi" | "n" | "typical" | "p" | "pLeast">;

/** Above 0 and finite: has a logarithm. */
const isUsable = (ratio: number): boolean => ratio > 0 && Number.isFinite(ratio);

/** Geometric mean of ratios, with its bootstrap interval if there are two or more. */
function spread(ratios: readonly number[]): Ratio {
  const { value, lo, hi, n } = summary(ratios.map(Math.log), "ratio");
  return n < 2 ? { ratio: value, n } : { ratio: value, lo, hi, n };
}

/** Geometric mean over the traces on which both sides do something. */
function overTraces(ofTraces: readonly Effect[]): Ratio {
  const ratios = ofTraces.filter(({ inert }) => inert !== true).map(({ ratio }) => ratio);
  const usable = ratios.filter(isUsable);
  if (usable.length > 0) {
    const { typical, p, pLeast } = summary(usable.map(Math.log), "ratio");
    return { ...spread(usable), typical, p, pLeast };
  }
  const whole = [Number.POSITIVE_INFINITY, 0].find((ratio) => ratios.includes(ratio));
  return { ratio: whole ?? Number.NaN, n: 0 };
}

function sameCounters(a: Row, b: Row): boolean {
  return Object.entries(a.counters).every(([name, value]) => value === b.counters[name]);
}
