/*
 * The anchor to reality: the same streams on a real 6.12 (data/kernel/measured.csv) and here. Where the model is
 * exact, it must stay exact; elsewhere the present error is written down, so that it cannot grow unnoticed.
 * An error is the distance to the range of the measured repetitions, in per cent of its larger end; 0 = inside.
 *
 * The table is a guard against regression, not evidence: it is written from what the model does today, so it cannot
 * say that the model is right, only that it has not moved. Evidence are the cells that are exact, and the sizes of
 * the numbers in the others.
 *
 * Known causes of the rest: mode 0 reads memory.stat counters that a timer flushes (see data/kernel/README.md);
 * kernel pages (page tables, nodes of shadows) grow during a run but are taken off memory.max at once here; whether
 * a walk meets a process depends on context switches, which a trace does not have.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lru, mglru } from "../lib/policies/index.js";
import type { CellSpec } from "../lib/sim/cell.js";
import { simulate } from "../lib/sim/run-cell.js";
import { generateTrace } from "../lib/trace/generate.js";
import { rigWorkloads } from "../lib/trace/generators/rig.js";
import type { Trace } from "../lib/trace/trace.js";
import { CELL } from "./tiny.js";

type Row = Readonly<Record<string, string>>;

const [header, ...lines] = readFileSync(new URL("../data/kernel/measured.csv", import.meta.url), "utf8")
  .trim()
  .split("\n");
const ROWS: readonly Row[] = lines.map((line) => {
  const cells = line.split(",");
  return Object.fromEntries(header!.split(",").map((name, i) => [name, cells[i]!]));
});

/** What lru_gen/enabled means in switches. */
const MODES: Readonly<Record<number, { policy: typeof mglru | typeof lru; set: CellSpec["set"] }>> = {
  0: { policy: lru, set: {} },
  1: { policy: mglru, set: { walk: "off" } },
  3: { policy: mglru, set: { nonleaf: "off" } },
  7: { policy: mglru, set: {} },
};

const COUNTERS = ["workingset_refault", "pgscan", "pgactivate"] as const;
const value = (row: Row, counter: string): number =>
  counter === "workingset_refault"
    ? Number(row.workingset_refault_anon) + Number(row.workingset_refault_file)
    : Number(row[counter]);

const traces = new Map<string, Trace>();

/** Events that the rig itself may add (its own pages). */
const RIG = 5;

/** Error of each counter, in per cent; up to `slack` events are none. */
function errors(workload: string, mode: number, limit: number, slack: number): number[] {
  const rows = ROWS.filter(
    (r) => r.workload === workload && Number(r.mode) === mode && Number(r.limit_pages) === limit,
  );
  if (rows.length === 0) throw new Error(`not measured: ${workload} mode ${mode} at ${limit}`);
  let trace = traces.get(workload);
  if (trace === undefined) traces.set(workload, (trace = generateTrace(rigWorkloads()[workload]!)));
  const others = rows.reduce((sum, r) => sum + Number(r.kernel_now) + Number(r.unevictable_now), 0);
  const memoryMax = limit - Math.round(others / rows.length);
  const { policy, set } = MODES[mode]!;
  const swap = rows[0]!.swap as "zram" | "none";
  const { status, counters } = simulate({ ...CELL, memoryMax, set, swap }, trace, policy());
  expect(status).toBe("ok");
  return COUNTERS.map((counter) => {
    const measured = rows.map((row) => value(row, counter));
    const [low, high] = [Math.min(...measured), Math.max(...measured)];
    const model = counters[counter]!;
    const distance = model < low ? model - low : model > high ? model - high : 0;
    return Math.abs(distance) <= slack ? 0 : (100 * distance) / Math.max(high, 1);
  });
}

describe("to the event", () => {
  it.each([
    ["zipf10_a", 0, 8192],
    ["zipf08_a", 3, 8192],
    ["zipf08_a", 7, 8192],
    ["phase_a", 3, 12288],
    ["phase_a", 7, 12288],
    ["unif_a", 1, 12288],
    ["unif_a", 3, 12288],
    ["unif_a", 7, 12288],
  ])("%s, mode %i at %i pages: refaults, scans and activations are the kernel's", (workload, mode, limit) => {
    expect(errors(workload, mode, limit, 0)).toEqual([0, 0, 0]);
  });
});

/*
 * Larger than before walks met only those who have run, and filters existed only once begun (nearly all others are
 * smaller, by up to 31 points):
 *   hotscan_f 0            6, 1.7, 6  -> 11, 4, 15; cause not found
 *   mix_f 0                activations 0.1 -> 1.2
 *   phase_f 3 and 7        refaults below 0.5 -> 3, scans below 0.7 -> 2
 *   hotscan_a 7            refaults 0.1 -> 0.6, while scans and activations are exact now
 *   clus1_a 3, clus64_a 3  activations 8 -> 36, 10 -> 46, while scans 27 -> 3, 24 -> 9
 *   cyc_a, cyc_f 3 and 7   scans up to 5 -> 38 to 47: a loop that always misses. The kernel looks at each page about
 *                          twice, here a walk has cleared the accessed bit before the first look. With a process
 *                          that no walk meets again, or with one that all meet, the scans are within 5 %: it is
 *                          the rule of who has run. Open.
 * cyc_a 1: 254 % is 1,294 activations against 4,577, beside 379,000 scans.
 */

/** Largest error accepted of refaults, pages scanned and pages activated: today's, rounded up. */
const PRESENT: readonly [string, number, number, refault: number, scan: number, activate: number][] = [
  ["clus1_a", 0, 16384, 0.8, 3, 14],
  ["clus1_a", 1, 16384, 0.2, 0.3, 3],
  ["clus1_a", 3, 16384, 0.2, 3, 36],
  ["clus1_a", 7, 16384, 0.1, 0.2, 0.2],
  ["clus64_a", 0, 16384, 1.0, 4, 26],
  ["clus64_a", 1, 16384, 0.1, 0.1, 0.2],
  ["clus64_a", 3, 16384, 0.3, 9, 46],
  ["clus64_a", 7, 16384, 0.1, 0.1, 0.1],
  ["cyc_a", 0, 12288, 0.1, 0.1, 0.1],
  ["cyc_a", 1, 12288, 0.1, 1.8, 254],
  ["cyc_a", 3, 12288, 0.1, 47, 83],
  ["cyc_a", 7, 12288, 0.1, 43, 100],
  ["cyc_f", 0, 12288, 0.1, 0.1, 0.1],
  ["cyc_f", 1, 12288, 0.1, 0.2, 20],
  ["cyc_f", 3, 12288, 0.1, 43, 79],
  ["cyc_f", 7, 12288, 0.1, 38, 33],
  ["cyc_p", 0, 12288, 0.1, 0.1, 0.1],
  ["cyc_p", 1, 12288, 0.1, 0.1, 0.1],
  ["cyc_p", 3, 12288, 0.1, 0.1, 0.1],
  ["cyc_p", 7, 12288, 0.1, 0.1, 0.1],
  ["hotscan_a", 0, 8192, 30, 13, 39],
  ["hotscan_a", 1, 8192, 3, 2.0, 8],
  ["hotscan_a", 3, 8192, 0.1, 0.1, 7],
  ["hotscan_a", 7, 8192, 0.6, 0.1, 0.1],
  ["hotscan_f", 0, 8192, 11, 4, 15],
  ["hotscan_f", 1, 8192, 7, 1.4, 9],
  ["hotscan_f", 3, 8192, 0.1, 1.3, 1.0],
  ["hotscan_f", 7, 8192, 4, 1.1, 12],
  ["hotscan_p", 0, 8192, 0.1, 0.1, 26],
  ["hotscan_p", 1, 8192, 0.1, 0.1, 0.1],
  ["hotscan_p", 3, 8192, 0.1, 0.1, 0.1],
  ["hotscan_p", 7, 8192, 0.1, 0.1, 0.1],
  ["mix_f", 0, 8192, 0.1, 0.1, 1.2],
  ["mix_f", 1, 8192, 3, 0.5, 1.3],
  ["mix_f", 3, 8192, 4, 3, 0.1],
  ["mix_f", 7, 8192, 0.1, 0.1, 3],
  ["mix_p", 0, 8192, 20, 10, 10],
  ["mix_p", 1, 8192, 17, 7, 1.4],
  ["mix_p", 3, 8192, 24, 3, 79],
  ["mix_p", 7, 8192, 24, 3, 79],
  ["phase_a", 0, 8192, 0.1, 6, 16],
  ["phase_a", 0, 12288, 0.1, 0.3, 1.3],
  ["phase_a", 1, 8192, 4, 4, 5],
  ["phase_a", 1, 12288, 0.4, 0.1, 0.1],
  ["phase_a", 3, 8192, 0.6, 0.7, 4],
  ["phase_a", 7, 8192, 0.6, 0.7, 4],
  ["phase_f", 0, 8192, 23, 7, 0.1],
  ["phase_f", 1, 8192, 0.4, 6, 4],
  ["phase_f", 3, 8192, 3, 1.6, 4],
  ["phase_f", 7, 8192, 3, 2.0, 5],
  ["unif_a", 0, 12288, 0.1, 0.9, 0.1],
  ["unif_f", 0, 12288, 0.1, 10, 28],
  ["unif_f", 1, 12288, 0.7, 3, 22],
  ["unif_f", 3, 12288, 0.1, 0.2, 0.2],
  ["unif_f", 7, 12288, 0.1, 0.2, 0.2],
  ["unif_p", 0, 12288, 0.1, 0.1, 0.2],
  ["unif_p", 1, 12288, 0.1, 0.2, 0.1],
  ["unif_p", 3, 12288, 0.1, 0.2, 0.1],
  ["unif_p", 7, 12288, 0.1, 0.2, 0.1],
  ["zipf08_a", 0, 8192, 0.8, 0.8, 6],
  ["zipf08_a", 1, 8192, 0.1, 0.3, 7],
  ["zipf08_f", 0, 8192, 1.4, 13, 49],
  ["zipf08_f", 1, 8192, 0.2, 1.7, 8],
  ["zipf08_f", 3, 8192, 0.2, 0.1, 0.1],
  ["zipf08_f", 7, 8192, 0.2, 0.1, 0.1],
  ["zipf08_p", 0, 8192, 0.1, 0.1, 5],
  ["zipf08_p", 1, 8192, 0.1, 0.2, 0.1],
  ["zipf08_p", 3, 8192, 0.1, 0.2, 0.1],
  ["zipf08_p", 7, 8192, 0.1, 0.2, 0.1],
  ["zipf10_a", 1, 8192, 0.6, 1.9, 7],
  ["zipf10_a", 3, 8192, 0.2, 0.2, 0.5],
  ["zipf10_a", 7, 8192, 0.2, 0.2, 0.5],
  ["zipf10_f", 0, 8192, 1.3, 9, 37],
  ["zipf10_f", 1, 8192, 0.3, 3, 10],
  ["zipf10_f", 3, 8192, 0.1, 0.2, 0.4],
  ["zipf10_f", 7, 8192, 0.1, 0.2, 0.4],
  ["zipf10_p", 0, 8192, 0.1, 0.1, 1.0],
  ["zipf10_p", 1, 8192, 0.1, 0.1, 0.1],
  ["zipf10_p", 3, 8192, 0.1, 0.1, 0.1],
  ["zipf10_p", 7, 8192, 0.1, 0.1, 0.1],
];

describe("no further away than today", () => {
  it.each(PRESENT)("%s, mode %i at %i pages", (workload, mode, limit, ...accepted) => {
    const found = errors(workload, mode, limit, RIG);
    COUNTERS.forEach((counter, i) => {
      expect(Math.abs(found[i]!), `${counter}: ${found[i]!.toFixed(2)} %`).toBeLessThanOrEqual(accepted[i]!);
    });
  });
});
