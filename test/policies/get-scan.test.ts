/* GET-SCAN where some accesses are scans: against its model, and what it is worth to be told. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { originsOf, UNKNOWN_ORIGIN } from "../../lib/mm/origin.js";
import { getScan, lfu, lru } from "../../lib/policies/index.js";
import { compileLoop } from "../../lib/reclaim/cache/cache-loop.js";
import type { Policy } from "../../lib/reclaim/ops.js";
import { bootCache } from "../../lib/sim/run-cache.js";
import { simulate } from "../../lib/sim/run-cell.js";
import type { TraceLayout } from "../../lib/trace/trace.js";
import { mulberry32 } from "../../lib/util/random.js";
import { streamOf, streams } from "../cache/streams.js";
import { CELL, traceOf } from "../tiny.js";
import { getScanCache } from "./cache-models-experts.js";

/** Process 0 asks for pages of one file, process 1 scans another that it has declared sequential; the first is open, too. */
const LAYOUT: TraceLayout = {
  nrSlots: 2048 + 512,
  vmas: [
    { process: 0, start: 0, nr: 512, kind: "file", file: 0, offset: 0 },
    { process: 1, start: 512, nr: 2048, kind: "file", file: 1, offset: 0, recency: false },
  ],
  files: [
    { name: "store", nr: 512 },
    { name: "table", nr: 2048 },
  ],
};

it("an access has process, file, descriptor and advice", () => {
  const of = originsOf(LAYOUT);
  expect(of(3)).toEqual({ process: 0, file: "store", fd: false, recency: true });
  expect(of(600)).toEqual({ process: 1, file: "table", fd: false, recency: false });
  expect(of(2560 + 511)).toEqual({ process: -1, file: "store", fd: true, recency: true });
  expect(of(2560 + 512)).toEqual({ process: -1, file: "table", fd: true, recency: true });
});

it("what comes in ahead comes from the access that it is read with", () => {
  const wrong: number[] = [];
  const watched: Policy = {
    ...lru(),
    attach: (ctx) => ({
      ...lru().attach(ctx),
      missed(page) {
        if (ctx.origin().file !== (page < 512 ? "store" : "table")) wrong.push(page);
      },
    }),
  };
  const records = Array.from({ length: 1000 }, (_, i) => 2560 + (i % 2) * 512 + (i >> 1)); // both files, from the start
  const spec = { ...CELL, memoryMax: 400, set: { readahead: "kernel" } } as const;
  const { counters } = simulate(spec, traceOf(LAYOUT, records), watched);
  expect(counters.file_ra).toBeGreaterThan(900);
  expect(wrong).toEqual([]);
});

it.each(["exact", "flags"] as const)("does what its model does, %s", (references) => {
  const isScan = (object: number) => object % 3 === 0;
  fc.assert(
    fc.property(
      streams,
      fc.integer({ min: 1, max: 70 }),
      fc.constantFrom(0, 0.01, 0.3),
      (stream, max, share) => {
        const { objects, nrObjects } = streamOf(stream);
        const originOf = (i: number) => ({ ...UNKNOWN_ORIGIN, recency: !isScan(objects[i]!) });
        const spec = { memoryMax: max, set: { references }, seed: 1 };
        const cache = bootCache(spec, getScan({ share }), nrObjects, { originOf });
        const replay = compileLoop(cache);
        const request = getScanCache(share, isScan)(max, references === "exact");
        for (let i = 0; i < objects.length; i++) {
          const before = cache.misses;
          replay(objects, i, i + 1);
          expect(cache.misses === before, `request ${i} hits`).toBe(request(objects[i]!));
        }
      },
    ),
    { numRuns: 20, seed: 5 },
  );
});

describe("requests beside a scan that comes round", () => {
  const random = mulberry32(1);
  const requests = Array.from({ length: 40000 }, (_, i) =>
    i % 2 === 0 ? Math.min(random.int(512), random.int(512)) : 512 + ((i >> 1) % 2048),
  );
  const TRACE = traceOf(LAYOUT, requests);
  const misses = (policy: Policy, mode?: "cache"): number => {
    const { counters } = simulate({ ...CELL, ...(mode && { mode }), memoryMax: 640 }, TRACE, policy);
    return counters.nr_alloc!;
  };
  const SCANS = 20000; // each access of the scan misses, whatever is done, unless requests pay for it

  it.each(["cache", undefined] as const)("told, it keeps what is asked for (mode %s)", (mode) => {
    const told = misses(getScan(), mode);
    expect(told).toBeLessThan(SCANS + 512 + 64);
    expect(misses(getScan({ scans: "process:1" }), mode)).toBe(told);
    expect(misses(getScan({ scans: "fd,file:table" }), mode)).toBe(told);
    expect(told).toBeLessThan(misses(getScan({ scans: "fd" }), mode)); // nothing is: LFU
    expect(told).toBeLessThanOrEqual(misses(lfu(), mode));
    expect(told).toBeLessThan(misses(lru(), mode));
  });
});

it.each(["", "scan", "process:x", "file:", "advice,,fd"])("refuses scans %j", (scans) => {
  expect(() => getScan({ scans })).toThrow(/^invalid scans: .* give any of advice, fd, process:N, file:NAME/);
});
