/*
 * `reclaim-lab run`: one cell, its counters as JSON or as a table. The JSON object is stable:
 *
 *   spec         the cell as data, with the digest of its trace: all that is needed to run it again
 *   status       "ok"; "oom": the run ended where the memcg ran out of memory; "ejected": a policy broke its contract
 *   ejected      which policy, hook, folio and page, at which record, why, and who took over; only if there was one
 *   counters     at the end, by the names of memory.stat, /proc/vmstat and data/kernel; gauges end in _now (pages)
 *   memcgs       the same for each memcg, with all below it
 *   checkpoints  the same at each checkpoint, the last at the end
 */

import { ejectionText } from "../reclaim/eject/policy-fault.js";
import type { CellResult, CellSpec } from "../sim/cell.js";
import { asksForBound, CACHE_POLICIES, shownInACache } from "../sim/policy-names.js";
import { runCell } from "../sim/run-cell.js";
import type { Trace } from "../trace/trace.js";
import { inputError } from "../util/error.js";
import { withKernelNames } from "../validate/kernel-names.js";
import { readRunOptions, USAGE } from "./run-options.js";
import { openFile, type RecordedSpec } from "./trace-options.js";

/** What the command prints. */
export interface RunReport {
  readonly spec: CellSpec & { readonly traceDigest: string };
  readonly status: CellResult["status"];
  readonly ejected?: CellResult["ejected"];
  readonly counters: Readonly<Record<string, number>>;
  /** The same of each memcg, if the machine has any: with all below it, as its memory.stat. */
  readonly memcgs?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly checkpoints: readonly Readonly<Record<string, number>>[];
}

/** What the user calls the policy of a cell. */
function shownName({ mode, policy: { name, module } }: CellSpec): string {
  return mode === "cache" && module === undefined ? shownInACache(name) : name;
}

/** The offline bound, counted as a cache is. */
async function runMin({ memoryMax }: CellSpec, trace: Trace): Promise<CellResult> {
  const { minFaults } = await import("../analysis/min.js");
  const { allocations, refaults } = minFaults({ ...trace, events: [] }, memoryMax);
  return { status: "ok", counters: { requests: trace.records.length, misses: allocations + refaults } };
}

async function writeTimeline(path: string, rows: readonly Readonly<Record<string, number>>[]): Promise<void> {
  const { rowsTable } = await import("../study/table.js");
  const { exportTable } = await import("../study/results/export.js");
  await exportTable(rowsTable(rows), path);
}

/** Somebody's policy runs on a thread of its own, which can be stopped; those of the package need no thread. */
async function runWatched(cell: CellSpec, trace: Trace): Promise<CellResult> {
  const { memcgs = [], memory } = cell.machine ?? {};
  const named = [cell.policy, ...[...memcgs, ...(memory?.nodes ?? [])].map(({ policy }) => policy)];
  if (named.every((policy) => policy?.module === undefined)) return runCell(cell, trace, { watched: true });
  const { BUILT, openPool } = await import("../study/pool.js");
  const pool = openPool({ workers: 1, timeoutMs: 2 ** 31 - 1, heapMaxMb: 4096 });
  try {
    const runner = new URL("sim/run-cell.js", BUILT).href;
    const outcome = (await pool.run({ spec: cell, trace, runner, whole: true }))!;
    return outcome.ok ? outcome.result : inputError(outcome.message);
  } finally {
    await pool.close();
  }
}

/** Anonymous pages of a layout whose pages are `stride` slots apart. */
function anonPages(trace: Trace, { pages }: RecordedSpec): number {
  const slots = trace.layout.vmas.reduce((sum, { kind, nr }) => sum + (kind === "anon" ? nr : 0), 0);
  return slots / (pages?.stride ?? 1);
}

/** Run what the arguments describe; undefined if only help is wanted. */
export async function run(args: readonly string[]): Promise<RunReport | undefined> {
  const request = readRunOptions(args);
  if (request === undefined) return undefined;
  const trace = await openFile(request.trace);
  const cell = request.cell(anonPages(trace, request.trace));
  const { name, module } = cell.policy;
  if (cell.mode === "cache" && module === undefined && !CACHE_POLICIES.includes(name))
    inputError(`unknown policy: ${name}; one of ${CACHE_POLICIES.join(", ")}`);
  const bound = cell.mode === "cache" && asksForBound(cell.policy);
  const {
    status,
    counters,
    memcgs,
    checkpoints = [],
    timeline,
    ejected,
  } = bound ? await runMin(cell, trace) : await runWatched(cell, trace);
  if (request.timeline !== undefined && timeline !== undefined)
    await writeTimeline(request.timeline, timeline);
  const outcome = { status, ...(ejected !== undefined && { ejected }) };
  if (cell.mode === "cache")
    return { spec: { ...cell, traceDigest: trace.digest }, ...outcome, counters, checkpoints };
  return {
    spec: { ...cell, traceDigest: trace.digest },
    ...outcome,
    counters: withKernelNames(counters),
    ...(memcgs !== undefined && {
      memcgs: Object.fromEntries(
        Object.entries(memcgs).map(([name, own]) => [name, withKernelNames(own)] as const),
      ),
    }),
    checkpoints: checkpoints.map(withKernelNames),
  };
}

/** What stands around the policy. */
function around({ mode, profile, memoryMax, swap, swappiness }: CellSpec): string {
  if (mode === "cache") return `a cache of ${memoryMax} objects`;
  return `${profile}, memory.max ${memoryMax}, swap ${swap}, swappiness ${swappiness}`;
}

/** Counters that are not zero, one a line, and the cell above them. */
export function runTable({ spec, status, counters, memcgs = {}, checkpoints }: RunReport): string {
  const set = Object.entries(spec.set).map(([axis, value]) => ` ${axis}=${value}`);
  const shown = Object.entries(counters).filter(([, value]) => value !== 0);
  const width = Math.max(...shown.map(([name]) => name.length));
  const numbers = shown.map(([, value]) => value.toLocaleString("en-US"));
  const digits = Math.max(...numbers.map((text) => text.length));
  return [
    `${shownName(spec)}${set.join("")}, ${around(spec)}: ${status}`,
    ...shown.map(([name], i) => `${name.padEnd(width)}  ${numbers[i]!.padStart(digits)}`),
    ...Object.entries(memcgs).map(
      ([name, c]) =>
        `memcg ${name}: ${c.mem_current_now} pages now, pgfault ${c.pgfault}, pgmajfault ${c.pgmajfault}, ` +
        `pgscan ${c.pgscan}, pgsteal ${c.pgsteal}, low ${c.memcg_low}`,
    ),
    `${Object.keys(counters).length - shown.length} counters are 0; ${checkpoints.length} checkpoints (see --json)`,
  ].join("\n");
}

/** The command; returns the exit code. */
export async function runCommand(args: readonly string[]): Promise<number> {
  const report = await run(args);
  if (report === undefined) console.log(USAGE);
  else {
    for (const one of report.ejected ?? []) console.error(`warning: ${ejectionText(one)}`);
    console.log(args.includes("--json") ? JSON.stringify(report) : runTable(report));
  }
  return 0;
}
