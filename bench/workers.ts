/*
 * What a second worker is worth: the same cells on one thread and on two, in interleaved rounds, through `runGrid`
 * without a results folder. Once on a trace whose tables fit the caches, once on one whose tables do not. Prints
 * cells a second of each round, the ratio of medians, and the memory that the run took: traces are decoded once a
 * process and shared, so a second worker costs its own tables only.
 *
 *   npm run bench:workers -- [rounds]
 *
 * The ratio means something on a machine with two free cores: beside other work, two threads also get a larger
 * share of it. CPU seconds per cell show what the caches do: equal if workers do not hinder each other.
 */
import { loadavg } from "node:os";
import * as lab from "../dist/index.js";

const ROUNDS = Number(process.argv[2] ?? 5);

interface Workload {
  readonly trace: lab.Axes["trace"];
  readonly memory: number[];
  /** Cells, and how many of them come before the clock starts: a worker's first 40 or so run code that is being compiled. */
  readonly nr: number;
  readonly warm: number;
}

const WORKLOADS: Readonly<Record<string, Workload>> = {
  "git: tables fit the caches": { trace: ["git"], memory: [0.3, 0.35], nr: 400, warm: 100 },
  "zipf over 256 Ki pages: they do not": {
    trace: {
      zipf: {
        generated: "zipf",
        params: { N: 1 << 18, T: 1_000_000, s: 1, pw: 0.3 },
        seed: 1,
        region: "anon",
      },
    },
    memory: [0.3],
    nr: 32,
    warm: 8,
  },
};

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

for (const [name, { nr: nrCells, warm, ...axes }] of Object.entries(WORKLOADS)) {
  // Cells that differ in nothing but a label's worth: each is computed, none is equal to another.
  const swappiness = Array.from({ length: nrCells / axes.memory.length }, (_, i) => i);
  const cells = await lab.grid({ ...axes, point: { LRU: "lru" }, swappiness });
  const [walls, cpus] = [new Map<number, number[]>(), new Map<number, number[]>()];
  let peakMb = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const workers of round % 2 === 0 ? [1, 2] : [2, 1]) {
      let started: { ms: number; cpu: NodeJS.CpuUsage; done: number } | undefined;
      let [seconds, cpu] = [0, 0];
      await lab.runGrid(cells, {
        workers,
        onProgress({ computed }) {
          if (computed >= warm)
            started ??= { ms: performance.now(), cpu: process.cpuUsage(), done: computed };
          if (started === undefined || computed < cells.length) return;
          const used = process.cpuUsage(started.cpu);
          const nr = cells.length - started.done;
          seconds = (performance.now() - started.ms) / 1000 / nr;
          cpu = (used.user + used.system) / 1e6 / nr;
          peakMb = Math.max(peakMb, process.memoryUsage().rss / 2 ** 20);
        },
      });
      walls.set(workers, [...(walls.get(workers) ?? []), seconds]);
      cpus.set(workers, [...(cpus.get(workers) ?? []), cpu]);
    }
  }
  const [one, two] = [median(walls.get(1)!), median(walls.get(2)!)];
  const [cpuOne, cpuTwo] = [median(cpus.get(1)!), median(cpus.get(2)!)];
  console.log(
    `${name}: 1 worker ${(1 / one).toFixed(1)} cells/s, 2 workers ${(1 / two).toFixed(1)} cells/s: ${(one / two).toFixed(2)}x; ` +
      `CPU a cell ${(1000 * cpuOne).toFixed(1)} and ${(1000 * cpuTwo).toFixed(1)} ms (${(cpuTwo / cpuOne).toFixed(2)}x); ` +
      `${peakMb.toFixed(0)} MiB resident; load average ${loadavg()[0]!.toFixed(1)}`,
  );
}
