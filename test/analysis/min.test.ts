import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MinInput, minCurve, minFaults } from "../../lib/analysis/min.js";
import { generateTrace } from "../../lib/trace/generate.js";
import {
  nrFilePages,
  pageOfSlot,
  SLOT_MASK,
  type TraceEvent,
  type TraceLayout,
} from "../../lib/trace/trace.js";

/** Three anonymous pages (slots 0-2); a file of three mapped by two processes (512-514, 1024-1026) and by fd (1536-1538). */
const layout: TraceLayout = {
  nrSlots: 1536,
  vmas: [
    { process: 0, start: 0, nr: 3, kind: "anon" },
    { process: 0, start: 512, nr: 3, kind: "file", file: 0, offset: 0 },
    { process: 1, start: 1024, nr: 3, kind: "file", file: 0, offset: 0 },
  ],
  files: [{ name: "file", nr: 3 }],
};
const SLOTS = [0, 1, 2, 512, 513, 514, 1024, 1025, 1026, 1536, 1537, 1538];

const input = (slots: readonly number[], events: readonly TraceEvent[] = []): MinInput => ({
  layout,
  records: Uint32Array.from(slots),
  events,
});
const unmap = (at: number, start: number, nr: number): TraceEvent => ({ at, op: "unmap", start, nr });

/** Letters are pages: a, b, c anonymous; d, e, f of the file. */
const letters = (text: string): MinInput => input([...text].map((c) => SLOTS["abcdef".indexOf(c)]!));

/** The optimum by trying every victim at every fault; and first touches by keeping a set. */
function search({ layout, records, events }: MinInput, nrFrames: number): { pageIns: number; first: number } {
  const pageOf = pageOfSlot(layout);
  const anonFrom = nrFilePages(layout);
  const freedBefore = (i: number): number[] =>
    events
      .filter((event) => event.at === i)
      .flatMap(({ start, nr }) => [...pageOf.subarray(start, start + nr)])
      .filter((page) => page >= anonFrom);
  const memo = new Map<string, number>();

  function best(i: number, before: ReadonlySet<number>): number {
    if (i === records.length) return 0;
    const resident = new Set(before);
    for (const page of freedBefore(i)) resident.delete(page);
    const page = pageOf[records[i]! & SLOT_MASK]!;
    if (resident.has(page)) return best(i + 1, resident);
    const key = `${i}:${[...resident].sort()}`;
    const known = memo.get(key);
    if (known !== undefined) return known;
    const choices = resident.size < nrFrames ? [-1] : [...resident];
    const costs = choices.map((victim) =>
      best(i + 1, new Set([...resident].filter((kept) => kept !== victim).concat(page))),
    );
    const cost = 1 + Math.min(...costs);
    memo.set(key, cost);
    return cost;
  }

  let first = 0;
  const seen = new Set<number>();
  for (let i = 0; i < records.length; i++) {
    for (const page of freedBefore(i)) seen.delete(page);
    const page = pageOf[records[i]! & SLOT_MASK]!;
    if (!seen.has(page)) first++;
    seen.add(page);
  }
  return { pageIns: best(0, new Set()), first };
}

const anyInput: fc.Arbitrary<MinInput> = fc
  .record({
    slots: fc.array(fc.constantFrom(...SLOTS), { maxLength: 24 }),
    cuts: fc.array(
      fc.record({
        at: fc.nat(24),
        start: fc.constantFrom(0, 1, 512, 1024),
        nr: fc.integer({ min: 1, max: 3 }),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ slots, cuts }) =>
    input(
      slots,
      cuts
        .sort((a, b) => a.at - b.at)
        .map(({ at, start, nr }) => unmap(Math.min(at, slots.length), start, nr)),
    ),
  );

describe("explained", () => {
  test("two frames: the victim is the page needed last", () => {
    // a      first touch                 a
    // b      first touch                 a b
    // c      b is needed at 4, a at 3    a c     b goes, though a is older
    // a      hit
    // b      c is needed at 6, a never   c b     a goes
    // b      hit
    // c      hit
    expect(minFaults(letters("abcabbc"), 2)).toEqual({ nrFrames: 2, allocations: 3, refaults: 1 });
  });

  test("a loop of n + 1 pages in n frames: one refault in n accesses, where LRU has n", () => {
    // Three frames: abc fault, then d replaces c, c replaces b, b replaces a, and so on every third access.
    expect(minFaults(letters("abcdabcdabcd"), 3)).toEqual({ nrFrames: 3, allocations: 4, refaults: 2 });
  });

  test("one frame: every change of page is a page-in", () => {
    expect(minFaults(letters("aabbaa"), 1)).toEqual({ nrFrames: 1, allocations: 2, refaults: 1 });
  });

  test("a file page seen through two mappings and a descriptor is one page", () => {
    expect(minFaults(input([512, 1024, 1536]), 1)).toEqual({ nrFrames: 1, allocations: 1, refaults: 0 });
  });

  test("an unmapped anonymous page is gone: touching it again is a first touch, and its frame is free", () => {
    const slots = [0, 1, 2, 1, 0];
    // Slot 2 pushes out 0, which comes back at the end. Unmapped before, 0 leaves its frame to 2 and never comes back.
    expect(minFaults(input(slots), 2)).toMatchObject({ allocations: 3, refaults: 1 });
    expect(minFaults(input(slots, [unmap(2, 0, 1)]), 2)).toMatchObject({ allocations: 4, refaults: 0 });
    expect(minFaults(input([0, 0, 0], [unmap(1, 0, 3), unmap(2, 0, 3)]), 1)).toMatchObject({
      allocations: 3,
      refaults: 0,
    });
  });

  test("an unmapped file page stays cached", () => {
    expect(minFaults(input([512, 512], [unmap(1, 512, 3)]), 1)).toMatchObject({
      allocations: 1,
      refaults: 0,
    });
  });

  test("an empty trace has no faults", () => {
    expect(minFaults(input([], [unmap(0, 0, 3)]), 1)).toMatchObject({ allocations: 0, refaults: 0 });
  });
});

describe("relations", () => {
  test("equals the optimum found by trying every victim", () => {
    fc.assert(
      fc.property(anyInput, fc.integer({ min: 1, max: 5 }), (trace, nrFrames) => {
        const { pageIns, first } = search(trace, nrFrames);
        expect(minFaults(trace, nrFrames)).toEqual({
          nrFrames,
          allocations: first,
          refaults: pageIns - first,
        });
      }),
      { numRuns: 500 },
    );
  });

  /** Long enough for several levels of summary words. */
  const long = generateTrace({
    generated: "zipf",
    params: { N: 500, T: 40_000, s: 0.7, pw: 0 },
    seed: 3,
    region: "anon",
  });

  test("more frames never fault more, and with all pages in memory nothing comes back", () => {
    const curve = minCurve(long, [1, 2, 3, 10, 50, 100, 200, 300, 400, 499, 500, 10_000]);
    const refaults = curve.map((point) => point.refaults);
    expect(refaults).toEqual(refaults.toSorted((a, b) => b - a));
    expect(refaults.slice(-2)).toEqual([0, 0]);
    expect(refaults[0]).toBeGreaterThan(30_000);
    expect(new Set(curve.map((point) => point.allocations))).toEqual(new Set([new Set(long.records).size]));
  });

  test("a curve is its points", () => {
    const sizes = [300, 7, 50];
    expect(minCurve(long, sizes)).toEqual(sizes.map((nrFrames) => minFaults(long, nrFrames)));
  });

  test("LRU is never below it", () => {
    for (const nrFrames of [2, 20, 200]) {
      const stack = new Set<number>();
      let faults = 0;
      for (const page of long.records) {
        if (!stack.delete(page)) faults++;
        stack.add(page);
        if (stack.size > nrFrames) stack.delete(stack.values().next().value!);
      }
      const { allocations, refaults } = minFaults(long, nrFrames);
      expect(allocations + refaults).toBeLessThan(faults);
    }
  });

  test("a loop of N pages in m frames keeps m - 1 of N - 1 from one round to the next", () => {
    // Exact by argument: in steady state each window of N - 1 accesses has N - m page-ins.
    const trace = generateTrace({
      generated: "loop",
      params: { N: 101, T: 101 * 101, pw: 0 },
      seed: 1,
      region: "anon",
    });
    const { refaults } = minFaults(trace, 51);
    expect(Math.abs(refaults - (100 * 101 * 50) / 100)).toBeLessThanOrEqual(50);
  });
});

describe("bad input", () => {
  test.each([0, -1, 1.5, Number.NaN])("%s frames", (nrFrames) => {
    expect(() => minFaults(letters("ab"), nrFrames)).toThrow(
      `invalid number of frames for MIN: ${nrFrames}; use an integer of at least 1`,
    );
  });

  test("a record in a hole of the layout", () => {
    expect(() => minFaults(input([0, 100]), 2)).toThrow(/record 1 accesses slot 100/);
    expect(() => minFaults(input([9999]), 2)).toThrow(/record 0 accesses slot 9999/);
  });
});
