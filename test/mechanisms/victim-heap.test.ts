import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VictimHeap } from "../../lib/mechanisms/victim-heap.js";

const NR = 24;
const step = fc.record({
  what: fc.constantFrom("add", "add", "remove", "grow", "halve", "first"),
  folio: fc.nat({ max: NR - 1 }),
  by: fc.nat({ max: 5 }),
});

describe("VictimHeap", () => {
  it("knows the smallest key, whatever has grown, left or been changed since", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 100, maxLength: 300 }), (steps) => {
        const major = new Uint32Array(NR);
        const minor = new Uint32Array(NR);
        const heap = new VictimHeap(major, minor);
        const inside = new Set<number>();
        const sorted = () =>
          [...inside].sort((a, b) => major[a]! - major[b]! || minor[a]! - minor[b]! || a - b);
        for (const [now, { what, folio, by }] of steps.entries()) {
          if (what === "add" && !inside.has(folio)) {
            [major[folio], minor[folio]] = [by, now + 1];
            heap.add(folio);
            inside.add(folio);
          }
          if (what === "remove") {
            heap.remove(folio);
            inside.delete(folio);
          }
          if (what === "grow" && inside.has(folio)) {
            major[folio]! += 2 * by;
            minor[folio] = now + 1;
          }
          if (what === "halve" && by === 0) heap.rekey((one) => (major[one]! >>= 1));
          if (what === "first") expect(heap.first()).toBe(sorted()[0] ?? -1);
          expect(heap.nr).toBe(inside.size);
        }
        for (const folio of sorted()) {
          expect(heap.first()).toBe(folio);
          heap.remove(folio);
        }
      }),
      { numRuns: 100, seed: 3 },
    );
  });

  /*
   *   a 1   b 2   c 3        a is first
   *   a grows to 9           nobody looks: it stands at the top still
   *   first                  a sinks, b is first
   */
  it("puts a key right when it is wanted, not when it grows", () => {
    const major = Uint32Array.of(1, 2, 3);
    const heap = new VictimHeap(major, new Uint32Array(3));
    for (const folio of [0, 1, 2]) heap.add(folio);
    expect(heap.first()).toBe(0);
    major[0] = 9;
    expect(heap.first()).toBe(1);
    heap.remove(1);
    heap.remove(1);
    expect(heap.first()).toBe(2);
    heap.remove(2);
    heap.remove(0);
    expect(heap.first()).toBe(-1);
  });
});
