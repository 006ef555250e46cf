/* What is said of a trace, against reference models that are slow and plain. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { infoText } from "../../lib/cli/trace-text.js";
import { reuseDistances, reuseOf } from "../../lib/trace/info/reuse.js";
import { StackDistances } from "../../lib/trace/info/stack-distance.js";
import { traceInfo } from "../../lib/trace/info/trace-info.js";
import { workingSets } from "../../lib/trace/info/working-set.js";
import {
  nrFilePages,
  nrPages,
  pageOfSlot,
  SLOT_MASK,
  type Trace,
  type TraceEvent,
} from "../../lib/trace/trace.js";
import { anonLayout, traceOf as tinyTrace } from "../tiny.js";
import { LAYOUT, traceOf, traces } from "./sample.js";

/** Misses of LRU with so many pages of memory, on a plain list; freed anonymous pages leave it. */
function lruMisses(trace: Trace, memory: number): number {
  const pageOf = pageOfSlot(trace.layout);
  let list: number[] = [];
  let misses = 0;
  trace.records.forEach((word, i) => {
    for (const { at, start, nr } of trace.events) {
      if (at !== i) continue;
      const gone = new Set(Array.from({ length: nr }, (_, k) => pageOf[start + k]!));
      list = list.filter((page) => page < nrFilePages(trace.layout) || !gone.has(page));
    }
    const page = pageOf[word & SLOT_MASK]!;
    if (!list.includes(page)) misses++;
    list = [page, ...list.filter((other) => other !== page)].slice(0, memory);
  });
  return misses;
}

describe("reuse distances", () => {
  /*
   *   visit     a  b  c  b  a  a      distance: pages above it on the stack
   *   distance  -  -  -  1  2  0
   */
  test("are the other pages visited since", () => {
    const { first, histogram } = reuseOf(tinyTrace(anonLayout(3), [0, 1, 2, 1, 0, 0]));
    expect(first).toBe(3);
    expect(histogram).toEqual([
      { from: 0, to: 0, visits: 1 },
      { from: 1, to: 1, visits: 1 },
      { from: 2, to: 3, visits: 1 },
    ]);
  });

  /*
   *   a b c | free b | a      stack c - a: two positions above a, one of them free
   *                    d      takes the free page: nothing is lost by a memory of three
   *                    c      c's distance: a, d above
   */
  test("count the room that a freed page left, until it is used", () => {
    const stack = new StackDistances(4);
    for (const page of [0, 1, 2]) expect(stack.visit(page)).toBe(-1);
    stack.free(1);
    expect(stack.visit(0)).toBe(2);
    expect(stack.visit(3)).toBe(-1);
    expect(stack.visit(2)).toBe(2);
    expect(stack.visit(1)).toBe(-1);
  });

  /** Visits of few pages, which are freed now and then: holes come, go down and are filled. */
  const withFrees: fc.Arbitrary<Trace> = fc
    .array(fc.tuple(fc.nat(11), fc.boolean()), { minLength: 1, maxLength: 60 })
    .map((steps) => {
      const records: number[] = [];
      const events: TraceEvent[] = [];
      for (const [page, free] of steps) {
        if (free) events.push({ at: records.length, op: "unmap", start: page, nr: 1 + (page % 3) });
        else records.push(page);
      }
      return tinyTrace(
        anonLayout(16),
        records,
        events.filter(({ at }) => at < records.length),
      );
    });

  test("imply the misses of an LRU list of every size, with pages freed on the way", () => {
    fc.assert(
      fc.property(fc.oneof(traces, withFrees), (trace) => {
        const visits = reuseDistances(trace);
        for (const memory of [1, 2, 3, 4, 5, 6, 8, 11, 400]) {
          const misses = visits.reduce(
            (sum, n, d) => sum + (d >= memory || d === visits.length - 1 ? n : 0),
            0,
          );
          expect(misses).toBe(lruMisses(trace, memory));
        }
      }),
    );
  });

  test("stay right when times are numbered anew", () => {
    const stack = new StackDistances(10);
    // Page 7 is freed just before 2^16 visits: its hole goes through the renumbering, and pages below it move up until it is used.
    const odd = new Map([
      [65_535, 8],
      [65_536, 8],
      [65_537, -1],
    ]);
    for (let i = 0; i < 140_000; i++) {
      const distance = stack.visit(i % 10);
      if (distance !== (odd.get(i) ?? (i < 10 ? -1 : 9))) expect([i, distance]).toEqual([i, odd.get(i) ?? 9]);
      if (i === 65_533) stack.free(7);
    }
  });

  test("give LRU's miss ratios, which fall with memory to the first visits", () => {
    fc.assert(
      fc.property(traces, (trace) => {
        const { first, missRatios } = reuseOf(trace);
        const nr = trace.records.length;
        if (nr === 0) {
          expect(missRatios).toEqual([]);
          return;
        }
        for (const [i, { missRatio, pages }] of missRatios.entries()) {
          expect(missRatio * nr).toBeCloseTo(lruMisses(trace, pages), 9);
          if (i > 0) expect(missRatio).toBeLessThanOrEqual(missRatios[i - 1]!.missRatio);
        }
        expect(missRatios.at(-1)!.missRatio * nr).toBeCloseTo(first, 9);
      }),
      { numRuns: 40 },
    );
  });
});

describe("working sets", () => {
  test("are the pages of the last tau records, at each sample and in the mean", () => {
    fc.assert(
      fc.property(
        traces,
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 10 }),
        (trace, tau, samples) => {
          const pageOf = pageOfSlot(trace.layout);
          const pages = [...trace.records].map((word) => pageOf[word & SLOT_MASK]!);
          const size = (end: number): number => new Set(pages.slice(Math.max(0, end - tau), end)).size;
          const { at, sets } = workingSets(trace, [tau], samples);
          expect(sets[0]!.pages).toEqual(at.map(size));
          const mean = pages.reduce((sum, _, i) => sum + size(i + 1), 0) / Math.max(1, pages.length);
          expect(sets[0]!.mean).toBeCloseTo(mean, 9);
        },
      ),
    );
  });
});

describe("traceInfo", () => {
  /** Four records: two of process 0 (anonymous, file a), one of process 1, one through a descriptor of b. */
  const trace = traceOf([0, 10, 0x8000_0000 + 600, 1024 + 15], [1, 2, 3, 4]);

  test("says what each region amounts to", () => {
    expect(traceInfo(trace).regions).toEqual([
      { kind: "file", process: -1, file: "a", pages: 1, records: 1, stores: 0, fd: 0 },
      { kind: "file", process: -1, file: "b", pages: 1, records: 1, stores: 0, fd: 1 },
      { kind: "anon", process: 0, file: "", pages: 1, records: 1, stores: 0, fd: 0 },
      { kind: "anon", process: 1, file: "", pages: 1, records: 1, stores: 1, fd: 0 },
    ]);
  });

  test("its parts add up, for any trace", () => {
    fc.assert(
      fc.property(traces, (any) => {
        const info = traceInfo(any);
        const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
        expect(sum(info.regions.map(({ pages }) => pages))).toBe(info.pages);
        expect(sum(info.regions.map(({ records }) => records))).toBe(info.records);
        expect(sum(info.heatmap.counts.flat())).toBe(info.accesses);
        expect(sum(info.reuse.histogram.map(({ visits }) => visits)) + info.reuse.first).toBe(info.records);
        expect(info.reuse.first).toBeGreaterThanOrEqual(info.pages);
        expect(infoText(info)).toContain(any.digest);
        expect(JSON.parse(JSON.stringify(info))).toEqual(info);
      }),
      { numRuns: 40 },
    );
  });

  test("its text has the picture: time to the right, slots upwards", () => {
    const text = infoText(traceInfo(trace, { rows: 2, columns: 4 }));
    expect(text.split("\n").slice(-2)).toEqual(["522 | %@ |", "  0 |%   |"]);
    expect(text).toContain("footprint 4 pages (16 KiB): 2 anonymous, 2 of files; processes 2, unmaps 0");
    expect(nrPages(LAYOUT)).toBe(330);
  });

  test("refuses windows and sizes that are none", () => {
    expect(() => traceInfo(trace, { windows: [0] })).toThrow(
      /^invalid window: 0; give a whole number, 1 or more$/,
    );
    expect(() => traceInfo(trace, { rows: 1.5 })).toThrow(/^invalid rows: 1.5/);
  });
});
