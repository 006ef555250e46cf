/*
 * How long a full factorial takes, and the same again when all of it is kept: 2^7 mechanisms x 8 traces x 2 sizes
 * of memory, 2,048 cells (bench/factorial.json). Each run is the command, in a process of its own: starting,
 * reading traces, naming cells and merging are in the time.
 *
 *   npm run bench:study -- [results folder] [workers]
 *
 * With a folder that is there, what it has is taken; by default it is a new one, removed at the end. Beside wall
 * time it prints CPU seconds of all threads: on a machine that has other work, wall time says little.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const SPEC = fileURLToPath(new URL("factorial.json", import.meta.url));
const [, , given, workers = String(availableParallelism())] = process.argv;
const results = given ?? mkdtempSync(join(tmpdir(), "reclaim-lab-bench-"));

interface Ran {
  readonly cells: number;
  readonly distinct: number;
  readonly computed: number;
  readonly cached: number;
  readonly failed: number;
  readonly estimateSeconds: number;
}

function run(title: string): void {
  const startMs = performance.now();
  const args = [CLI, "study", SPEC, "--results", results, "--workers", workers, "--json"];
  const { stdout, status, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`exit code ${status}\n${stderr}`);
  const seconds = (performance.now() - startMs) / 1000;
  const ran = JSON.parse(stdout) as Ran;
  const cpu = childSeconds() - cpuBefore;
  cpuBefore += cpu;
  console.log(
    `${title}: ${ran.cells} cells (${ran.distinct} distinct), ${ran.computed} computed, ${ran.cached} kept, ` +
      `${ran.failed} failed: ${seconds.toFixed(1)} s wall, ${cpu.toFixed(1)} s CPU; estimate was ` +
      `${ran.estimateSeconds.toFixed(0)} s; load average ${loadavg()[0]!.toFixed(1)}, ${workers} workers`,
  );
}

let cpuBefore = 0;

/** CPU seconds of all children that have ended, from /proc (clock ticks of 1/100 s). */
function childSeconds(): number {
  const stat = spawnSync("cat", [`/proc/${process.pid}/stat`], { encoding: "utf8" }).stdout;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

run("first run");
run("rerun");
if (given === undefined) rmSync(results, { recursive: true });
