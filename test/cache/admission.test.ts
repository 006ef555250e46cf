/* The admission slot in front of a cache: with every policy, against a model, and off. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainLru } from "../../lib/policies/index.js";
import { compileLoop } from "../../lib/reclaim/cache/cache-loop.js";
import { bootCache, simulateCache } from "../../lib/sim/run-cache.js";
import { simulate } from "../../lib/sim/run-cell.js";
import { filteredLru } from "../policies/cache-models-admission.js";
import { SHELF } from "../policies/shelf.js";
import { anonLayout, CELL, traceOf } from "../tiny.js";
import { streamOf, streams } from "./streams.js";

const STREAM = streamOf({ seed: 8, hot: 60, nr: 2500 });
const TRACE = traceOf(anonLayout(STREAM.nrObjects), [...STREAM.objects]);

const run = (make: () => ReturnType<typeof plainLru>, set: Record<string, string>, memoryMax = 40) =>
  simulateCache({ memoryMax, set, seed: 1 }, TRACE, make()).counters;

describe.each(Object.entries(SHELF))("%s behind a filter", (_name, { make }) => {
  it.each(["doorkeeper", "tinylfu"])("%s: nothing is lost, whoever is turned away", (admission) => {
    for (const references of ["exact", "flags"]) {
      for (const memoryMax of [1, 7, 40, 200]) {
        const c = run(make, { admission, references }, memoryMax);
        expect(c).toEqual(run(make, { admission, references }, memoryMax));
        expect(c.resident_now).toBe(Math.min(new Set(STREAM.objects).size, memoryMax));
        expect(c.misses! - c.pgsteal! - c.turned_away!).toBe(c.resident_now);
        expect(c.pgscan!).toBeGreaterThanOrEqual(c.pgsteal!);
      }
    }
  });

  it("off: as without", () => {
    expect(run(make, { admission: "off" })).toEqual(run(make, {}));
  });
});

it.each(["doorkeeper", "tinylfu"] as const)("LRU behind %s does what its model does", (admission) => {
  fc.assert(
    fc.property(streams, fc.integer({ min: 1, max: 70 }), (stream, memoryMax) => {
      const { objects, nrObjects } = streamOf(stream);
      const cache = bootCache({ memoryMax, set: { admission }, seed: 1 }, plainLru(), nrObjects);
      const replay = compileLoop(cache);
      const request = filteredLru(admission, memoryMax);
      for (let i = 0; i < objects.length; i++) {
        const before = cache.misses;
        replay(objects, i, i + 1);
        expect(cache.misses === before, `request ${i} for ${objects[i]}`).toBe(request(objects[i]!));
      }
    }),
    { numRuns: 25, seed: 5 },
  );
});

it("turns a scan away from a hot set: LRU behind TinyLFU keeps what CLOCK and LRU lose", () => {
  const round = [...Array(3).keys()].flatMap(() => [...Array(30).keys()]);
  const scan = (from: number) => Array.from({ length: 200 }, (_, i) => from + i);
  const objects = [0, 1, 2, 3].flatMap((i) => [...round, ...scan(100 + 200 * i)]);
  const trace = traceOf(anonLayout(1000), objects);
  const misses = (set: object) =>
    simulateCache({ memoryMax: 40, set: { ...set }, seed: 1 }, trace, plainLru()).counters.misses;
  expect(misses({})).toBe(4 * (30 + 200));
  expect(misses({ admission: "tinylfu" })).toBe(30 + 4 * 200);
});

describe("the slot", () => {
  it("is refused in a kernel, with the reason", () => {
    expect(() => simulate({ ...CELL, set: { admission: "tinylfu" } }, TRACE, plainLru())).toThrow(
      /^refused: admission=tinylfu in a kernel: a page that is faulted on must be brought in/,
    );
  });

  it("is refused with a value that it has not", () => {
    expect(() => run(plainLru, { admission: "lfu" })).toThrow(/invalid admission: lfu; give off, doorkeeper/);
    expect(() => run(plainLru, { walk: "on" })).toThrow(/refused: walk=on in cache mode.*admission=/);
  });
});
