import { describe, expect, it } from "vitest";
import { SPLIT_COUNTS } from "../../lib/mechanisms/access/read-counts.js";
import { alwaysProtectTiers, observedTiers, pidTiers, type Tiers } from "../../lib/mechanisms/tiers.js";
import {
  ANON,
  FILE,
  LRU_REFS_MASK,
  LRU_REFS_SHIFT,
  PG_READ_TWICE,
  PG_REFERENCED,
  PG_SWAPBACKED,
} from "../../lib/mm/folio.js";
import { fileLayout } from "../tiny.js";
import { type FakeHost, fakeHost } from "./fake-host.js";

function controller(make: (host: FakeHost) => Tiers = pidTiers) {
  const host = fakeHost(fileLayout(8));
  const tiers = make(host);
  let folio = -1;
  return {
    host,
    tiers,
    /** `total` evictions from a tier, of which `refaulted` came back. */
    history(tier: 0 | 1 | 2 | 3, refaulted: number, total: number, type: 0 | 1 = FILE) {
      tiers.noteEvicted(type, tier, total);
      tiers.noteRefaulted(type, tier, refaulted);
    },
    /** Would a folio with that many refs be protected now? */
    protects(refs: number, type: 0 | 1 = FILE): boolean {
      if (folio < 0) folio = host.folios.alloc(0, 0);
      host.folios.flags[folio] = flagsOf(refs) | (type === ANON ? PG_SWAPBACKED : 0);
      return tiers.protect(folio);
    },
    flags: () => host.folios.flags[folio]!,
  };
}

const flagsOf = (refs: number): number =>
  refs === 0 ? 0 : PG_REFERENCED | PG_READ_TWICE | ((refs - 1) << LRU_REFS_SHIFT);

describe("tiers", () => {
  // SEMANTICS scenario 9: 1 to 5 reads are tier 0, 1, 2, 2, 3; here refs = reads - 1.
  it("are logarithms of the number of reads", () => {
    expect([0, 1, 2, 3, 4].map((refs) => SPLIT_COUNTS.tier(flagsOf(refs)))).toEqual([0, 1, 2, 2, 3]);
    expect([0, 1, 2, 3, 4].map((refs) => SPLIT_COUNTS.refs(flagsOf(refs)))).toEqual([0, 1, 2, 3, 4]);
    expect(SPLIT_COUNTS.refs(PG_REFERENCED)).toBe(0);
  });

  /*
   * SEMANTICS scenario 10. Tier 0: 100 of 1000 came back. Tier 1:
   *   200 of 1000:  200 * (1000+64) * 1 = 212,800  >  (100+1) * 1000 * 2 = 202,000   -> protect
   *   140 of 1000:  140 * 1064 = 148,960           <= 202,000                        -> evict
   *   189 of 1000:  201,096 <= 202,000 -> evict;  190: 202,160 -> protect
   */
  it.each([
    [200, true],
    [140, false],
    [189, false],
    [190, true],
  ])("tier 1 with %i of 1000 refaulted against 100 of 1000 is protected: %s", (refaulted, protect) => {
    const c = controller();
    c.history(0, 100, 1000);
    c.history(1, refaulted, 1000);
    c.tiers.update(FILE);
    expect(c.protects(1)).toBe(protect);
  });

  it("fewer than 64 refaults say nothing, 64 do", () => {
    for (const [refaulted, protect] of [
      [63, false],
      [64, true],
    ] as const) {
      const c = controller();
      c.history(1, refaulted, 64);
      c.tiers.update(FILE);
      // 64 * (0 + 64) = 4096 > (0 + 1) * 64 * 2 = 128
      expect(c.protects(1)).toBe(protect);
    }
  });

  it("the limit is the last tier below the first bad one, even if later ones are good", () => {
    const c = controller();
    c.history(0, 10, 1000);
    c.history(2, 500, 1000);
    c.tiers.update(FILE);
    expect([c.protects(1), c.protects(2), c.protects(3), c.protects(4)]).toEqual([false, true, true, true]);
  });

  it("five reads are protected whatever the controller says; a protected folio starts over", () => {
    const c = controller();
    c.tiers.update(FILE);
    expect(c.protects(3)).toBe(false);
    expect(c.protects(4)).toBe(true);
    expect(c.flags() & (LRU_REFS_MASK | PG_REFERENCED | PG_READ_TWICE)).toBe(0);
    expect(c.host.stat.tier_protected).toBe(1);
  });

  it("protected folios count in their tier's total, so that protection dilutes itself", () => {
    // tier 1 alone: 64 refaults of 64; (64 * 64 = 4096) > 1 * total * 2 holds until total = 2048
    const c = controller();
    c.history(1, 64, 64);
    let kept = 0;
    for (c.tiers.update(FILE); c.protects(1) && kept < 5000; c.tiers.update(FILE)) kept++;
    expect(kept).toBe(2048 - 64);
  });

  it("counts of past generations enter at half weight, floored", () => {
    const c = controller();
    c.history(1, 129, 129);
    c.tiers.carryOver(FILE); // 64 of 64
    c.tiers.update(FILE);
    expect(c.protects(1)).toBe(true);
    c.tiers.carryOver(FILE); // 32 of 32 (+ the protected one): below 64
    c.tiers.update(FILE);
    expect(c.protects(1)).toBe(false);
  });

  it("types do not mix: refaults of anon protect no file page", () => {
    const c = controller();
    c.history(1, 500, 500, ANON);
    c.tiers.update(FILE);
    c.tiers.update(ANON);
    expect([c.protects(1, FILE), c.protects(1, ANON)]).toEqual([false, true]);
  });

  it("the type whose tier 0 refaults less is picked, swappiness included", () => {
    const pick = (anon: number, file: number, swappiness: number) => {
      const c = controller();
      c.history(0, anon, 1000, ANON);
      c.history(0, file, 1000, FILE);
      return c.tiers.pickType(swappiness);
    };
    expect(pick(100, 94, 100)).toBe(FILE); // 94 * 1064 = 100,016 <= 101 * 1000
    expect(pick(100, 95, 100)).toBe(ANON); // 101,080
    // file 300: 300 * 1064 * 60 = 19,152,000 > 101 * 1000 * 140 = 14,140,000
    expect(pick(100, 300, 60)).toBe(ANON);
    expect(pick(100, 200, 60)).toBe(FILE); // 12,768,000 <= 14,140,000
    expect(pick(100, 63, 200), "fewer than 64 refaults of file").toBe(FILE);
  });

  it("always: protects every tier above 0. observed: protects nothing, counts all the same", () => {
    const always = controller(alwaysProtectTiers);
    always.tiers.update(FILE);
    expect([0, 1, 2].map((refs) => always.protects(refs))).toEqual([false, true, true]);
    const off = controller(observedTiers);
    off.history(0, 100, 1000, ANON);
    off.history(0, 300, 1000, FILE);
    expect([1, 2, 4].map((refs) => off.protects(refs))).toEqual([false, false, false]);
    expect(off.tiers.pickType(100)).toBe(ANON);
  });
});
