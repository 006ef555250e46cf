/* What must hold for every policy of the shelf in a cache, and what is known in closed form for some. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minFaults } from "../../lib/analysis/min.js";
import { fifo, mglru, plainLru, s3Fifo } from "../../lib/policies/index.js";
import { compileLoop } from "../../lib/reclaim/cache/cache-loop.js";
import { ejectionText } from "../../lib/reclaim/eject/policy-fault.js";
import type { Policy, ReclaimOps } from "../../lib/reclaim/ops.js";
import { bootCache, simulateCache } from "../../lib/sim/run-cache.js";
import { runCell, simulate } from "../../lib/sim/run-cell.js";
import type { Requests } from "../../lib/trace/objects.js";
import type { Trace } from "../../lib/trace/trace.js";
import { SHELF } from "../policies/shelf.js";
import { anonLayout, CELL, sharedTraces, traceOf } from "../tiny.js";
import { streamOf, streams } from "./streams.js";

const traceOfRequests = ({ objects, nrObjects }: Requests): Trace =>
  traceOf(anonLayout(nrObjects), [...objects]);

function misses(policy: Policy, trace: Trace, memoryMax: number, set = {}): number {
  return simulateCache({ memoryMax, set, seed: 1 }, trace, policy).counters.misses!;
}

describe.each(Object.entries(SHELF))("%s in a cache", (_name, { make }) => {
  it("keeps the laws, hits told or marked", () => {
    fc.assert(
      fc.property(
        streams,
        fc.integer({ min: 1, max: 160 }),
        fc.constantFrom("exact", "flags"),
        (stream, memoryMax, references) => {
          const trace = traceOfRequests(streamOf(stream));
          const run = () => simulateCache({ memoryMax, set: { references }, seed: 1 }, trace, make());
          const { status, counters: c } = run();
          expect(run(), "same spec, same bytes").toEqual({ status, counters: c });
          const distinct = new Set(trace.records).size;
          expect(c.requests).toBe(trace.records.length);
          expect(c.resident_now).toBe(Math.min(distinct, memoryMax));
          expect(c.misses! - c.pgsteal!).toBe(c.resident_now);
          expect(c.pgscan!).toBeGreaterThanOrEqual(c.pgsteal!);
          if (memoryMax >= distinct) expect(c.misses, "all fits").toBe(distinct);
          const min = minFaults(trace, memoryMax);
          expect(c.misses!, "MIN is a bound").toBeGreaterThanOrEqual(min.allocations + min.refaults);
        },
      ),
      { numRuns: 25, seed: 3 },
    );
  });

  it("does not care for stores, descriptors or unmaps: a record is a request for a page", () => {
    fc.assert(
      fc.property(sharedTraces, (trace) => {
        const loads = { ...trace, records: trace.records.map((record) => record & 0x7fffffff), events: [] };
        expect(misses(make(), trace, 300)).toBe(misses(make(), loads, 300));
      }),
      { numRuns: 5, seed: 3 },
    );
  });
});

describe("in closed form", () => {
  const LOOP = traceOfRequests({
    objects: Int32Array.from({ length: 3000 }, (_, i) => i % 101),
    nrObjects: 101,
  });

  it.each(["fifo", "plain-lru", "clock"])("%s never hits on a loop of one object more than fits", (name) => {
    expect(misses(SHELF[name]!.make(), LOOP, 100)).toBe(3000);
    expect(misses(SHELF[name]!.make(), LOOP, 101)).toBe(101);
  });

  it("LRU has the stack property: what n objects hold, n + 1 hold, too", () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const trace = traceOfRequests(streamOf(stream));
        const curve = Array.from({ length: 60 }, (_, i) => misses(plainLru(), trace, i + 1));
        for (let i = 1; i < curve.length; i++) expect(curve[i]!).toBeLessThanOrEqual(curve[i - 1]!);
      }),
      { numRuns: 8, seed: 3 },
    );
  });

  it("FIFO has not (Belady's anomaly)", () => {
    const trace = traceOfRequests({
      objects: Int32Array.of(1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5),
      nrObjects: 6,
    });
    expect([misses(fifo(), trace, 3), misses(fifo(), trace, 4)]).toEqual([9, 10]);
  });

  it("LRU that sees accessed bits only is CLOCK; exact, it is not", () => {
    const trace = traceOfRequests(streamOf({ seed: 4, hot: 60, nr: 2500 }));
    const clock = misses(SHELF.clock!.make(), trace, 40);
    expect(misses(plainLru(), trace, 40, { references: "flags" })).toBe(clock);
    expect(misses(plainLru(), trace, 40)).not.toBe(clock);
  });
});

describe("a cell in cache mode", () => {
  const TRACE = traceOfRequests(streamOf({ seed: 8, hot: 60, nr: 2500 }));
  const spec = { ...CELL, mode: "cache", memoryMax: 50, trace: { recorded: "unused" } } as const;

  it("runs as data, by a policy's name, with the loop of its own", async () => {
    const byName = await runCell({ ...spec, policy: { name: "s3-fifo", options: { small: 0.2 } } }, TRACE);
    expect(byName).toEqual(simulate(spec, TRACE, s3Fifo({ small: 0.2 })));
    expect(byName).not.toEqual(simulate(spec, TRACE, s3Fifo()));
  });

  it("runs kernel policies by their profile", () => {
    const runs = (["6.12", "7.3"] as const).map((profile) => simulate({ ...spec, profile }, TRACE, mglru()));
    expect(runs[0]).not.toEqual(runs[1]);
  });

  it.each([
    [{ memoryMax: 0 }, /invalid memoryMax: 0; in cache mode/],
    [{ memoryMax: 1.5 }, /invalid memoryMax: 1.5/],
    [{ set: { walk: "on" } }, /refused: walk=on in cache mode/],
    [{ set: { references: "rmap" } }, /invalid references: rmap in cache mode/],
  ])("refuses %j", (change, message) => {
    expect(() => simulate({ ...spec, ...change }, TRACE, fifo())).toThrow(message);
  });

  const broken = (change: Partial<ReclaimOps>): Policy => ({
    ...fifo(),
    name: "broken",
    attach: (ctx) => ({ ...fifo().attach(ctx), ...change }),
  });

  it.each([
    [
      "loses a folio",
      broken({ place() {} }),
      /policy broken: place\(folio \d+, page \d+\): left the folio, given as "new", on no list/,
    ],
    [
      "offers nothing",
      broken({ isolate() {} }),
      /policy broken: isolate\(\): never frees: isolate gave no victim, 50 objects.* at record \d+, fifo took over/,
    ],
    [
      "keeps everything",
      broken({ checkReferences: () => "keep" }),
      /policy broken: checkReferences\(folio .*never frees/,
    ],
  ])("names a policy that %s", (_what, policy, message) => {
    const { status, ejected } = simulate(spec, TRACE, policy);
    expect([status, ejected?.map(ejectionText)]).toEqual(["ejected", [expect.stringMatching(message)]]);
  });
});

describe("the loop", () => {
  it("is another copy for each cache, and the same wherever code must not be made from text", () => {
    const boot = () => bootCache({ memoryMax: 40, set: {}, seed: 1 }, plainLru(), 150);
    const { objects } = streamOf({ seed: 8, hot: 60, nr: 2500 });
    const misses = (compile: typeof compileLoop): number => {
      const cache = boot();
      compile(cache)(objects, 0, objects.length);
      return cache.misses;
    };
    const sound = misses(compileLoop);
    expect(compileLoop(boot()).toString(), "its text is no name of a module").not.toMatch(/__vite|import/);
    const made = globalThis.Function;
    globalThis.Function = (() => {
      throw new EvalError("code generation from strings disallowed");
    }) as unknown as FunctionConstructor;
    try {
      expect(misses(compileLoop)).toBe(sound);
    } finally {
      globalThis.Function = made;
    }
  });

  it("names a policy that takes columns too late", () => {
    const policy: Policy = {
      ...fifo(),
      name: "late",
      attach: (ctx) => ({ ...fifo().attach(ctx), evicted: (folio) => void ctx.folios.flags[folio] }),
    };
    const trace = traceOfRequests(streamOf({ seed: 8, hot: 60, nr: 2500 }));
    const { ejected } = simulateCache({ memoryMax: 40, set: {}, seed: 1 }, trace, policy);
    expect(ejected?.map(ejectionText)).toEqual([
      expect.stringMatching(/policy late takes ctx.folios.flags .* in a hook; take it in attach/),
    ]);
  });
});
