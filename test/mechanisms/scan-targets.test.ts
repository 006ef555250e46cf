/*
 * ScanTargets against the loop of the kernel told in the plainest way: four counters, a while loop around a
 * for loop, and the proportional cut after each round. Nothing is shared with the class under test.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ScanTargets } from "../../lib/mechanisms/balance/scan-targets.js";

interface Grant {
  readonly list: number;
  readonly pages: number;
}

/** Lists 0 inactive anon, 1 active anon, 2 inactive file, 3 active file; each grant of an inactive list reclaims `percent`. */
function plainLoop(targets: readonly number[], wanted: number, percent: number): Grant[] {
  const nr = [...targets];
  const grants: Grant[] = [];
  let reclaimed = 0;
  while (nr[0]! + nr[2]! + nr[3]! > 0) {
    for (let list = 0; list < 4; list++) {
      if (nr[list] === 0) continue;
      const pages = Math.min(nr[list]!, 32);
      nr[list]! -= pages;
      grants.push({ list, pages });
      if (list % 2 === 0) reclaimed += Math.floor((pages * percent) / 100);
    }
    if (reclaimed < wanted) continue;
    const anon = nr[0]! + nr[1]!;
    const file = nr[2]! + nr[3]!;
    if (anon === 0 || file === 0) break;
    const small = file > anon ? 0 : 2;
    const large = 2 - small;
    const left = nr[small]! + nr[small + 1]!;
    const donePercent = 100 - Math.floor((left * 100) / (targets[small]! + targets[small + 1]! + 1));
    nr[small] = 0;
    nr[small + 1] = 0;
    for (const list of [large, large + 1]) {
      const scanned = targets[list]! - nr[list]!;
      const cut = Math.floor((targets[list]! * donePercent) / 100);
      nr[list] = Math.max(0, cut - scanned);
    }
  }
  return grants;
}

function byTargets(
  sizes: readonly number[],
  priority: number,
  weight: [number, number],
  equal: boolean,
  wanted: number,
  percent: number,
): { grants: Grant[]; targets: number[] } {
  const targets = new ScanTargets(2);
  targets.begin((list) => sizes[list]!, priority, Float64Array.from(weight), equal);
  const begun = Array.from(targets.left);
  const grants: Grant[] = [];
  let reclaimed = 0;
  for (;;) {
    const list = targets.next(reclaimed >= wanted);
    if (list < 0) return { grants, targets: begun };
    grants.push({ list, pages: targets.granted });
    if (list % 2 === 0) reclaimed += Math.floor((targets.granted * percent) / 100);
    if (grants.length > 10_000) throw new Error("the pass does not end");
  }
}

describe("ScanTargets", () => {
  it("grants what the plain loop grants, in its order", () => {
    const size = fc.oneof(fc.constant(0), fc.nat(100), fc.nat(5000));
    fc.assert(
      fc.property(
        fc.tuple(size, size, size, size),
        fc.nat(12),
        fc.tuple(fc.nat(500), fc.integer({ min: 1, max: 500 })),
        fc.boolean(),
        fc.nat(200),
        fc.nat(100),
        (sizes, priority, weight, equal, wanted, percent) => {
          const { grants, targets } = byTargets(sizes, priority, weight, equal, wanted, percent);
          const expected = sizes.map((pages, list) => {
            const scan = pages >> priority;
            if (equal) return scan;
            return Math.floor((scan * weight[list < 2 ? 0 : 1]!) / (weight[0] + weight[1]));
          });
          expect(targets).toEqual(expected);
          expect(grants).toEqual(plainLoop(expected, wanted, percent));
        },
      ),
      { numRuns: 500, seed: 5 },
    );
  });

  // SEMANTICS scenario 6: 100,000 inactive file pages, nothing else, no swap.
  it("takes 24 of 100,000 pages at priority 12, and 48 as 32 + 16 at priority 11", () => {
    const only = (priority: number) => byTargets([0, 0, 100_000, 0], priority, [0, 1], false, 32, 0).grants;
    expect(only(12)).toEqual([{ list: 2, pages: 24 }]);
    expect(only(11)).toEqual([
      { list: 2, pages: 32 },
      { list: 2, pages: 16 },
    ]);
  });

  it("makes one nudge towards proportion when enough is reclaimed, then ends", () => {
    // Targets: anon 640, file 68. After one round file has 36 left of 68 + 1, 52 %: it is dropped, and anon may
    // go to 48 % = 307, less the 32 scanned. One round more and the pass ends, because file is at 0.
    const { grants } = byTargets([640, 0, 68, 0], 0, [1, 1], true, 1, 100);
    expect(grants.map(({ list, pages }) => [list, pages])).toEqual([
      [0, 32],
      [2, 32],
      [0, 32],
    ]);
    // Targets: anon 40, file 68: after one round anon 8 of 40 + 1 left, 19 %; file may go to 81 % = 55, and 32
    // of that are done: 23.
    const cut = byTargets([40, 0, 68, 0], 0, [1, 1], true, 1, 100).grants;
    expect(cut.map(({ list, pages }) => [list, pages])).toEqual([
      [0, 32],
      [2, 32],
      [2, 23],
    ]);
  });

  it("does not go on for active anonymous pages alone", () => {
    expect(byTargets([0, 500, 0, 0], 0, [1, 1], true, 32, 0).grants).toEqual([]);
  });

  it("scans both types at priority 0 whatever their weights", () => {
    expect(byTargets([40, 0, 40, 0], 0, [200, 0], true, 1000, 0).targets).toEqual([40, 0, 40, 0]);
  });
});
