/*
 * What the first use hides: pages brought in, on every recorded trace at a quarter of its footprint, by a cache that is told
 * each hit, by a kernel in which the fault's accessed bit counts as a use, and by one that forgets it.
 *
 *   npx tsx bench/first-use.ts [POLICY ...]        sieve, s3-fifo, arc, lirs and clock-pro by default
 */
import { readdirSync } from "node:fs";
import * as lab from "../dist/index.js";
import { readTraceFile } from "../dist/trace/parquet.js";

const FOLDER = new URL("../data/traces/", import.meta.url).pathname;
const asked = process.argv.slice(2);
const policies = asked.length > 0 ? asked : ["sieve", "s3-fifo", "arc", "lirs", "clock-pro"];

/** "-": the policy refuses the switch, for it never asks whether a folio was used. */
async function broughtIn(spec: lab.CellSpec, trace: lab.Trace): Promise<number | "-"> {
  try {
    return (await lab.runCell(spec, trace)).counters.nr_alloc!;
  } catch (error) {
    if (/^refused: firstUse=/.test((error as Error).message)) return "-";
    throw error;
  }
}

console.log("pages brought in: cache told each hit / kernel, firstUse=counts / kernel, firstUse=forgotten");
console.log(["trace".padEnd(9), ...policies.map((name) => name.padEnd(24))].join(" "));
for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".parquet"))) {
  const trace = await readTraceFile(FOLDER + file);
  const memoryMax = Math.floor(lab.minFaults(trace, 1e9).allocations / 4);
  const common = { memoryMax, profile: "6.12", swap: "zram", swappiness: 60, seed: 1 } as const;
  const row: string[] = [];
  for (const name of policies) {
    const cell = { ...common, policy: { name }, trace: { recorded: file } };
    const cells: lab.CellSpec[] = [
      { ...cell, mode: "cache", set: {} },
      { ...cell, set: { firstUse: "counts" } },
      { ...cell, set: { firstUse: "forgotten" } },
    ];
    const found: (number | "-")[] = [];
    for (const spec of cells) found.push(await broughtIn(spec, trace));
    row.push(found.join(" / ").padEnd(24));
  }
  console.log([file.replace(".parquet", "").padEnd(9), ...row].join(" "));
}
