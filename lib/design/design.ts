/*
 * A design: which combinations of mechanisms run, on which traces, at which sizes of memory, in which kernels,
 * with which seeds. A few lines of plain data in; cells, and those that cannot run with the reason, out.
 *
 *   factors     walk  filter  tiers            a combination is a point of the ablation grid
 *   none         .      .      .     base
 *   walk         x      .      .               x traces x memory x profile x swap x swappiness x seed = cells
 *   ...
 *   all          x      x      x
 */
import {
  type Axes,
  type Cell,
  grid,
  type Labels,
  type OpenTrace,
  openStored,
  type Point,
} from "../study/grid.js";
import { canonicalJson } from "../study/hash.js";
import { factorColumn, type Levels } from "../study/levels.js";
import { inputError } from "../util/error.js";
import { combinationsOf, type Kind } from "./combinations.js";
import {
  type Combination,
  checkFactors,
  combinationName,
  type Factor,
  namesOn,
  type PolicyChoice,
  pointOf,
} from "./factor.js";
import type { AliasStructure } from "./fraction.js";
import { type InvalidCell, sortCells } from "./sort-cells.js";

/** A design as its user writes it: factors, kind, and the axes of a grid but for its points. */
export type DesignSpec = Kind &
  Omit<Axes, "point"> & {
    readonly factors: readonly Factor[];
    /** Policies that each combination runs with, by name of your choice. Not with a factor that has a policy. */
    readonly policy?: Readonly<Record<string, PolicyChoice>>;
  };

/** Where a point stands in a design. */
export interface Place {
  /** Name of the policy whose combinations are analysed together; "" where a design has no policy axis. */
  readonly group: string;
  /** Names of the factors that are on. */
  readonly on: readonly string[];
}

/** What analyses need to know of a design beside the rows; plain data. */
export interface Places {
  readonly kind: Kind["kind"];
  /** Names, in order. */
  readonly factors: readonly string[];
  /** By name of the point. */
  readonly places: Readonly<Record<string, Place>>;
  /** Orders of factors, by index, of a design of orders. */
  readonly orders?: readonly (readonly number[])[];
}

/** How large a design is. */
export interface DesignSize {
  /** Cells that run. */
  readonly cells: number;
  /** Different ones among them; equal cells are computed once. */
  readonly distinct: number;
  readonly invalid: number;
  /** Points, traces, memory sizes, profiles, swap devices, values of swappiness and seeds. */
  readonly points: number;
  readonly traces: number;
  readonly memory: number;
  readonly profiles: number;
  readonly swaps: number;
  readonly swappiness: number;
  readonly seeds: number;
  /** Trace records (visits of a page) that the distinct cells replay, by name of the trace. */
  readonly visits: Readonly<Record<string, number>>;
}

/** A design, ready to run: `runGrid(design.cells)`. Plain data. */
export interface Design extends Places {
  readonly mechanisms: readonly Factor[];
  readonly points: Readonly<Record<string, Point>>;
  readonly cells: readonly Cell[];
  readonly invalid: readonly InvalidCell[];
  readonly size: DesignSize;
  /** Of a fraction: generators, resolution, aliases. */
  readonly alias?: AliasStructure;
}

/**
 * Make a design. Every cell is checked against the switchboard before anything runs; those that it refuses, and
 * those with less memory than a machine can boot with, are in `invalid` with the reason.
 *
 * @example
 * const factors = bundle(await factorsBetween("lru", "mglru"), {
 *   placement: ["placement"], walk: ["walk", "Bloom filter", "non-leaf bits"], "look-around": ["look-around"],
 *   "flag ages": ["flag ages", "young rule"], tiers: ["counted reads", "tiers"], PID: ["PID balance"],
 *   window: ["refault window"],
 * });
 * const ours = await design({ kind: "full", factors, trace: ["sqlite", "git"], memory: [0.2, 0.4] });
 * showText(describeDesign(ours));
 * const study = await runGrid(ours.cells, { results: "../results" });
 * factorialEffects(study.rows, ours);
 * @throws InputError for a spec that means nothing; its place is in the message.
 */
export async function design(spec: DesignSpec, open: OpenTrace = openStored): Promise<Design> {
  const { factors, policy, kind, from, generators, size, drawSeed, ...axes } = spec as Loose;
  checkFactors(factors);
  const groups = groupsOf(factors, policy);
  const { combinations, base, alias, orders } = combinationsOf(factors, spec);
  const [points, places] = [{} as Record<string, Point>, {} as Record<string, Place>];
  for (const [group, chosen] of groups) {
    const name = (combination: Combination): string =>
      `${group === "" ? "" : `${group}: `}${combinationName(factors, combination)}`;
    for (const combination of combinations) {
      const own = name(combination);
      const point = pointOf(factors, combination, chosen);
      points[own] = combinations.includes(base) ? { ...point, base: name(base) } : point;
      places[own] = { group, on: namesOn(factors, combination) };
    }
  }
  const lengths = new Map<string, number>();
  const all = await grid({ ...axes, point: points }, counting(open, lengths));
  const sorted = await sortCells(all);
  const levels = factorLevels(factors, places);
  const cells = sorted.cells.map((cell) => ({ ...cell, levels: levels[cell.labels.point]! }));
  const { invalid } = sorted;
  return {
    kind,
    factors: factors.map(({ name }) => name),
    mechanisms: factors,
    points,
    places,
    cells,
    invalid,
    size: sizeOf(all, cells, lengths),
    ...(alias !== undefined && { alias }),
    ...(orders !== undefined && { orders }),
  };
}

/** A column of 0 and 1 for each factor, by name of the point. @throws InputError for factors of one column. */
function factorLevels(
  factors: readonly Factor[],
  places: Readonly<Record<string, Place>>,
): Readonly<Record<string, Levels>> {
  const ownerOf = new Map<string, string>();
  for (const { name } of factors) {
    const other = ownerOf.get(factorColumn(name));
    if (other !== undefined) {
      inputError(
        `one column for two factors: ${factorColumn(name)} (${other} and ${name}); name one otherwise`,
      );
    }
    ownerOf.set(factorColumn(name), name);
  }
  return Object.fromEntries(
    Object.entries(places).map(([point, { on }]) => [
      point,
      Object.fromEntries([...ownerOf].map(([column, name]) => [column, on.includes(name) ? 1 : 0])),
    ]),
  );
}

type Loose = Omit<Axes, "point"> & {
  readonly kind: Kind["kind"];
  readonly factors: readonly Factor[];
  readonly policy?: Readonly<Record<string, PolicyChoice>>;
} & Readonly<Partial<Record<"from" | "generators" | "size" | "drawSeed", unknown>>>;

function groupsOf(
  factors: readonly Factor[],
  policy: DesignSpec["policy"],
): readonly (readonly [string, PolicyChoice | undefined])[] {
  const own = factors.find((factor) => factor.policy !== undefined);
  if (own !== undefined && policy !== undefined) {
    inputError(`two sources of the policy: policy and factor ${own.name}; leave one of them out`);
  }
  if (own !== undefined) return [["", undefined]];
  if (policy === undefined || typeof policy !== "object" || Object.keys(policy).length === 0) {
    inputError(
      `no policy: ${JSON.stringify(policy)}; give { name: policy, ... }, or a factor that has a policy`,
    );
  }
  return Object.entries(policy);
}

/** Opens traces, and keeps how many records each digest stands for. */
function counting(open: OpenTrace, lengths: Map<string, number>): OpenTrace {
  return async (spec) => {
    const trace = await open(spec);
    lengths.set(trace.digest, trace.records.length);
    return trace;
  };
}

function sizeOf(all: readonly Cell[], cells: readonly Cell[], lengths: Map<string, number>): DesignSize {
  const seen = new Set<string>();
  const visits: Record<string, number> = {};
  for (const { labels, spec, traceDigest } of cells) {
    const { trace: _, ...rest } = spec;
    const key = canonicalJson({ ...rest, traceDigest });
    if (seen.has(key)) continue;
    seen.add(key);
    visits[labels.trace] = (visits[labels.trace] ?? 0) + lengths.get(traceDigest)!;
  }
  const values = (name: keyof Labels): number => new Set(all.map(({ labels }) => labels[name])).size;
  return {
    cells: cells.length,
    distinct: seen.size,
    invalid: all.length - cells.length,
    points: values("point"),
    traces: values("trace"),
    memory: values("memory"),
    profiles: values("profile"),
    swaps: values("swap"),
    swappiness: values("swappiness"),
    seeds: values("seed"),
    visits,
  };
}
