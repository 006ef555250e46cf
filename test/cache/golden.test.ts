/*
 * Misses of every policy on small workloads of the rig's kinds, as they were when all of them were held against another
 * simulator (`bench/check-published.ts`; every row of it was equal). UPDATE_GOLDEN=1 writes the file anew: when it
 * changes, CHANGELOG says why.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { minCurve } from "../../lib/analysis/min.js";
import { simulateCache } from "../../lib/sim/run-cache.js";
import { generateTrace } from "../../lib/trace/generate.js";
import { rigWorkloads } from "../../lib/trace/generators/rig.js";
import { SHELF } from "../policies/shelf.js";

const FILE = fileURLToPath(new URL("golden.csv", import.meta.url));
const TRACES = ["zipf10_a", "hotscan_a", "cyc_a", "phase_a", "mix_f", "clus8_a"];
const SIZES = [25, 100, 250];

it("misses are those of the golden table", () => {
  const rows = ["trace,policy,objects,requests,misses,misses_flags"];
  for (const name of TRACES) {
    const trace = generateTrace(rigWorkloads(512, 0.25)[name]!);
    const nr = trace.records.length;
    for (const { nrFrames, allocations, refaults } of minCurve(trace, SIZES)) {
      rows.push([name, "min", nrFrames, nr, allocations + refaults, ""].join());
    }
    for (const [policy, { make }] of Object.entries(SHELF)) {
      for (const memoryMax of SIZES) {
        const run = (references: string) =>
          simulateCache({ memoryMax, set: { references }, seed: 1 }, trace, make()).counters.misses;
        rows.push([name, policy.replaceAll(",", ""), memoryMax, nr, run("exact"), run("flags")].join());
      }
    }
  }
  const text = `${rows.join("\n")}\n`;
  if (process.env.UPDATE_GOLDEN !== undefined) writeFileSync(FILE, text);
  expect(text.split("\n")).toEqual(readFileSync(FILE, "utf8").split("\n"));
});
