/* Effective protection on small trees, as the kernel works it out: mm/page_counter.c, effective_protection(), 6.12. */
import { describe, expect, it } from "vitest";
import { Memcg } from "../../lib/mm/memcg.js";
import { calculateProtection, isBelowLow, isBelowMin, scaleByProtection } from "../../lib/mm/protection.js";

/** A tree below the root: names, settings and what each uses itself. */
function tree(
  low: number,
  children: readonly { low: number; usage: number }[],
): { root: Memcg; all: Memcg[] } {
  const root = new Memcg("root", Number.POSITIVE_INFINITY);
  const parent = new Memcg("parent", Number.POSITIVE_INFINITY, root, { low });
  const leaves = children.map((child, i) => new Memcg(`c${i}`, Number.POSITIVE_INFINITY, parent, child));
  for (const [i, leaf] of leaves.entries()) leaf.tryCharge(children[i]!.usage);
  for (const memcg of root.subtree()) calculateProtection(root, memcg);
  return { root, all: leaves };
}

const lows = (low: number, children: readonly { low: number; usage: number }[]): number[] =>
  tree(low, children).all.map((memcg) => memcg.effectiveLow);

describe("effective protection", () => {
  it("is what a child claims and uses, if its parent has that much", () => {
    expect(
      lows(100, [
        { low: 60, usage: 80 },
        { low: 40, usage: 30 },
      ]),
    ).toEqual([
      // claimed 60 + 30; the 10 that nobody claims go to c0, whose 20 pages are the only unprotected ones
      60 + 10,
      30,
    ]);
  });

  it("is shared out by use if the claims exceed what the parent has", () => {
    expect(
      lows(60, [
        { low: 60, usage: 80 },
        { low: 60, usage: 60 },
      ]),
    ).toEqual([30, 30]);
    expect(
      lows(60, [
        { low: 60, usage: 80 },
        { low: 60, usage: 30 },
      ]),
    ).toEqual([40, 20]);
  });

  it("of a parent covers children without any of their own, by what they use", () => {
    expect(
      lows(50, [
        { low: 0, usage: 75 },
        { low: 0, usage: 25 },
      ]),
    ).toEqual([37, 12]);
  });

  it("does not protect who reclaims from itself, nor the root", () => {
    const { root, all } = tree(100, [{ low: 100, usage: 80 }]);
    expect([isBelowLow(root, all[0]!), isBelowMin(root, all[0]!)]).toEqual([true, false]);
    expect(isBelowLow(all[0]!, all[0]!)).toBe(false);
    expect(isBelowLow(root, root)).toBe(false);
  });

  it("takes the protected share off a list, but leaves 32 pages", () => {
    const memcg = new Memcg("m", Number.POSITIVE_INFINITY);
    memcg.tryCharge(100_000);
    expect(scaleByProtection(100_000, memcg, 60_000)).toBe(40_001);
    expect(scaleByProtection(100_000, memcg, 100_000)).toBe(32);
    expect(scaleByProtection(10, memcg, 60_000)).toBe(32);
  });
});
