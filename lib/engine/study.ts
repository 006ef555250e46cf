import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { bundle, factorsBetween } from "../design/between.js";
import { describeDesign, estimateSeconds, invalidText } from "../design/describe.js";
import { type Design, type DesignSpec, design } from "../design/design.js";
import type { Factor } from "../design/factor.js";
import { type InvalidCell, sortCells } from "../design/sort-cells.js";
import type { CellResult } from "../sim/cell.js";
import { type Cell, grid, type OpenTrace, openStored } from "../study/grid.js";
import { nameCells } from "../study/name-cells.js";
import { saveManifest } from "../study/results/manifest.js";
import { findResults, type StaleCells, staleCells, staleText, type Wanted } from "../study/results/read.js";
import { type RunOptions, runGrid, type StudyResult } from "../study/run-grid.js";
import { inputError } from "../util/error.js";
import { paceOf } from "./pace.js";
import { type DesignStudySpec, parseStudySpec, type StudySpec } from "./study-spec.js";

/** A study before it runs. */
export interface StudyPlan {
  readonly name: string;
  /** Cells that run, in order; of a grid also those that cannot: they become error rows. */
  readonly cells: readonly Cell[];
  /** Cells that cannot run, with the reason; none of a grid with a `runner` of its own. */
  readonly invalid: readonly InvalidCell[];
  /** Undefined for a grid. */
  readonly design: Design | undefined;
  /** Distinct results that the cells need. */
  readonly distinct: number;
  /** Those of them that the results folder has. */
  readonly kept: number;
  /** Of the others, those that are there by other code; they are computed again, never mixed in. */
  readonly stale: readonly StaleCells[];
  /** Estimated seconds for the rest; 0 if there is none. */
  readonly seconds: number;
  /** Estimated seconds of one worker for a cell, by name of the trace; empty if nothing is to be computed. */
  readonly cellSeconds: Readonly<Record<string, number>>;
  /** What the estimate rests on. */
  readonly basis: string;
  /** All of this in words: size, factors, invalid cells with reasons, what is kept, the estimate. */
  readonly text: string;
}

/** A study that ran. */
export interface RanStudy extends StudyResult {
  readonly plan: StudyPlan;
  /** Wall time from the start of the run, in seconds. */
  readonly seconds: number;
}

/**
 * What a study comes to: its cells, those that cannot run, what is kept of it, and about how long the rest takes.
 * Computes nothing that is kept; at most a few seconds are spent on trying traces that have no kept timings.
 *
 * @example
 * const plan = await planStudy({ name: "quick", trace: ["sort"], memory: [0.5], point: { LRU: "lru", MGLRU: "mglru" } });
 * showText(plan.text);
 * @throws InputError for a spec that means nothing; its place is in the message.
 */
export async function planStudy(spec: StudySpec, options: RunOptions = {}): Promise<StudyPlan> {
  const { results, runner, workers = availableParallelism(), open = openStored } = options;
  const { name, cells, invalid, made } = await cellsOf(parseStudySpec(spec), open);
  const sound = made === undefined && runner === undefined ? await sortCells(cells) : { cells, invalid };
  const runnable = new Set(sound.cells);
  const { tasks, unnamed } = await nameCells(cells, runner);
  const wanted = tasks.map(({ hash, cell }) => ({ ...cell, hash }));
  const { kept, stale } = await keptOf(results, wanted);
  const missing = tasks
    .filter(({ hash, cell }) => !kept.has(hash) && runnable.has(cell))
    .map(({ cell }) => cell);
  const visits: Record<string, number> = {};
  const cellSeconds: Record<string, number> = {};
  let [basis, seconds] = ["", 0];
  if (missing.length > 0) {
    const pace = await paceOf(missing, open, results);
    basis = pace.basis;
    const lengths = new Map<string, number>(); // by digest: a generated trace is not made again for each cell
    for (const { labels, spec, traceDigest } of missing) {
      const length = lengths.get(traceDigest) ?? (await open(spec.trace)).records.length;
      lengths.set(traceDigest, length);
      visits[labels.trace] = (visits[labels.trace] ?? 0) + length;
      cellSeconds[labels.trace] = (length * pace.nsPerVisit[labels.trace]!) / 1e9;
    }
    const size = { visits } as Parameters<typeof estimateSeconds>[0];
    seconds = estimateSeconds(size, { ...pace, workers: Math.min(workers, missing.length) });
  }
  const plan = {
    name,
    cells,
    invalid: sound.invalid,
    design: made,
    distinct: tasks.length,
    kept: kept.size,
    stale,
  };
  const text = [
    `study ${name}`,
    made === undefined
      ? `${count(cells.length)} cells, ${count(tasks.length)} of them distinct`
      : describeDesign(made),
    ...(made === undefined && sound.invalid.length > 0 ? invalidText(sound) : []),
    ...unnamed
      .slice(0, 1)
      .map(({ error }) => `${count(unnamed.length)} cells cannot be named: ${String(error)}`),
    ...(stale.length === 0 ? [] : [`not used: ${staleText(stale)}; reclaim-lab results stale lists them`]),
    missing.length === 0
      ? `${count(kept.size)} results are kept, nothing to compute`
      : `${count(kept.size)} results are kept, ${count(missing.length)} to compute: about ${timeText(seconds)} on ${workers} workers, by ${basis}`,
  ].join("\n");
  return { ...plan, seconds, cellSeconds, basis, text };
}

/**
 * Run a study: what the results folder has is taken, the rest computed, and the study's list of cells kept under its
 * name (`readStudy`). Cells that cannot run are in `plan.invalid`.
 *
 * @param planOrSpec - a spec, or the plan of one to save planning it again.
 * @throws InputError for a spec that means nothing or bad options.
 * @throws StudyInterrupted when `signal` ends the run; run it again for the rest.
 */
export async function runStudy(
  planOrSpec: StudySpec | StudyPlan,
  options: RunOptions = {},
): Promise<RanStudy> {
  const startMs = performance.now();
  const plan = "cells" in planOrSpec ? planOrSpec : await planStudy(planOrSpec, options);
  const costOf = ({ labels }: Cell): number => plan.cellSeconds[labels.trace] ?? 1;
  const study = await runGrid(plan.cells, { costOf, ...options });
  const cells = study.rows.map(({ labels, levels, hash, status, error }) => ({
    labels,
    ...(levels !== undefined && { levels }),
    hash,
    ...(status !== "ok" && error !== null && { error }),
  }));
  if (options.results !== undefined) {
    // A folder that cannot be written to is said in the study's notes.
    await saveManifest(options.results, {
      name: plan.name,
      cells,
      ...(plan.design && { invalid: plan.invalid }),
    }).catch(() => undefined);
  }
  return { ...study, plan, seconds: (performance.now() - startMs) / 1000 };
}

async function keptOf(
  results: string | undefined,
  wanted: readonly Wanted[],
): Promise<{ kept: ReadonlyMap<string, CellResult>; stale: readonly StaleCells[] }> {
  if (results === undefined || !existsSync(results)) return { kept: new Map(), stale: [] };
  const hashes = wanted.map(({ hash }) => hash);
  const found = await findResults(results, hashes, []);
  return { kept: found.results, stale: await staleCells(results, wanted, found) };
}

interface Cells {
  readonly name: string;
  readonly cells: readonly Cell[];
  readonly invalid: readonly InvalidCell[];
  readonly made: Design | undefined;
}

async function cellsOf({ name, ...spec }: StudySpec, open: OpenTrace): Promise<Cells> {
  if ("point" in spec) return { name, cells: await grid(spec, open), invalid: [], made: undefined };
  const { between, factors, ...others } = spec;
  if ((between === undefined) === (factors === undefined))
    inputError(`${between === undefined ? "no" : "two sources of"} factors; give either factors or between`);
  const found = between === undefined ? factors! : await factorsOf(between);
  const made = await design({ ...others, factors: found } as DesignSpec, open);
  return { name, cells: made.cells, invalid: made.invalid, made };
}

async function factorsOf({
  off,
  on,
  profile,
  bundle: parts,
}: NonNullable<DesignStudySpec["between"]>): Promise<Factor[]> {
  const all = await factorsBetween(off, on, profile);
  return parts === undefined ? all : bundle(all, parts);
}

const count = (nr: number): string => nr.toLocaleString("en-US");

/** `40 s`, `12 min`, `3.5 h`. */
export function timeText(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  return seconds < 7200 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
