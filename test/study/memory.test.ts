/*
 * Memory of a study is bounded by the cells in flight: 2,000 cells over 200 traces, of which the second half are five times what the
 * process may grow by meanwhile. Rows are what is wanted in the end; of all else nothing stays.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import type { OpenTrace } from "../../lib/study/grid.js";
import { grid } from "../../lib/study/grid.js";
import { runGrid } from "../../lib/study/run-grid.js";
import type { Trace } from "../../lib/trace/trace.js";
import { FAKE_RUNNER, tempFolder, tinyTrace } from "./fixtures/cells.js";

const [NR_TRACES, NR_POINTS] = [200, 10];
const NR_CELLS = NR_TRACES * NR_POINTS;
const RECORDS = 250_000;
const MIB = 2 ** 20;

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

/** Each time a trace of its own, 2 MB on shared memory, as a decoder makes them. */
const open: OpenTrace = async (spec): Promise<Trace> => {
  const seed = "seed" in spec ? spec.seed : 0;
  const trace = tinyTrace(`t${seed}`, [seed]);
  const column = (): Uint32Array => new Uint32Array(new SharedArrayBuffer(4 * RECORDS));
  const [records, counts] = [column(), column()];
  for (let i = 0; i < RECORDS; i++) records[i] = i % 1500;
  return { ...trace, records, counts };
};

it(`${NR_CELLS} cells over ${NR_TRACES} traces: neither memory nor heap grows with them`, async () => {
  const generated = { generated: "zipf", params: {}, seed: 0, region: "anon" } as const;
  const points = Array.from({ length: NR_POINTS }, (_, x) => [
    `p${x}`,
    { policy: "sum", set: { x, delayMs: 0 } },
  ]);
  const seed = Array.from({ length: NR_TRACES }, (_, i) => i);
  const axes = { trace: { t: generated }, memory: [0.5], point: Object.fromEntries(points), seed };
  const cells = await grid(axes, open);
  const [rss, heap]: [number[], number[]] = [[], []];
  const study = await runGrid(cells, {
    workers: 2,
    runner: FAKE_RUNNER,
    open,
    results: tempFolder(),
    onProgress({ done }) {
      if (done % 100 !== 0) return;
      gc();
      const used = process.memoryUsage();
      rss.push(used.rss / MIB);
      heap.push(used.heapUsed / MIB);
    },
  });
  expect([study.rows.length, study.computed, study.failed]).toEqual([NR_CELLS, NR_CELLS, 0]);
  const half = rss.length / 2;
  const growth = (values: readonly number[]): number =>
    Math.max(...values.slice(half)) - Math.max(...values.slice(1, half));
  console.log(
    `second half: resident ${growth(rss).toFixed(0)} MiB, heap ${growth(heap).toFixed(1)} MiB more, at most ` +
      `${Math.max(...rss).toFixed(0)} and ${Math.max(...heap).toFixed(1)} MiB`,
  );
  const tracesMb = (NR_TRACES / 2) * ((2 * 4 * RECORDS) / MIB);
  expect(growth(rss)).toBeLessThan(tracesMb / 5);
  expect(growth(heap)).toBeLessThan(NR_CELLS * (2048 / MIB)); // a row with its counters, and room
});
