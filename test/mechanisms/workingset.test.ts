import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SPLIT_COUNTS } from "../../lib/mechanisms/access/read-counts.js";
import { costBalance } from "../../lib/mechanisms/balance/cost-balance.js";
import { observedTiers, pidTiers } from "../../lib/mechanisms/tiers.js";
import { generationWindow } from "../../lib/mechanisms/workingset/generation-window.js";
import { noWorkingset } from "../../lib/mechanisms/workingset/no-workingset.js";
import { refaultDistance } from "../../lib/mechanisms/workingset/refault-distance.js";
import { activeAgain, countsAgain } from "../../lib/mechanisms/workingset/refault-placement.js";
import {
  packShadow,
  shadowRefs,
  shadowToken,
  shadowWorkingset,
  TOKEN_MASK,
} from "../../lib/mechanisms/workingset/shadow.js";
import {
  ANON,
  FILE,
  LRU_REFS_MASK,
  LRU_REFS_SHIFT,
  PG_ACTIVE,
  PG_READ_TWICE,
  PG_REFERENCED,
  PG_SWAPBACKED,
  PG_WORKINGSET,
} from "../../lib/mm/folio.js";
import { NO_SHADOW } from "../../lib/mm/page-entry.js";
import { fileLayout } from "../tiny.js";
import { fakeHost } from "./fake-host.js";

function bench(swapSlots = 1000, generations = false) {
  const host = fakeHost(fileLayout(8), swapSlots, generations);
  const tiers = observedTiers(host);
  const balance = costBalance(tiers);
  return {
    host,
    lruvec: host.lruvec,
    distance: refaultDistance(host, tiers, balance),
    tiers,
    balance,
    folio(flags = 0) {
      const folio = host.folios.alloc(0, 0);
      host.folios.flags[folio] = flags;
      return folio;
    },
    flags: (folio: number) => host.folios.flags[folio]!,
  };
}

/** Shares at swappiness 60 with a file cost of 32: anon 60 * (32+64+1)/(32+1) = 176, file 140 * 97 / 65 = 208. */
const WITH_REFAULT = [176, 208];

describe("shadow", () => {
  it("keeps what was packed, and is never NO_SHADOW", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.nat(), fc.nat(10), fc.integer({ min: TOKEN_MASK - 2, max: TOKEN_MASK + 2 })),
        fc.nat(4),
        fc.boolean(),
        (token, refs, workingset) => {
          const shadow = packShadow(token, refs, workingset);
          expect(shadow).toBeGreaterThanOrEqual(0);
          expect(shadow).toBeLessThan(NO_SHADOW);
          expect(shadowToken(shadow)).toBe(token % (TOKEN_MASK + 1));
          expect(shadowRefs(shadow)).toBe(refs);
          expect(shadowWorkingset(shadow)).toBe(workingset);
        },
      ),
      { seed: 8 },
    );
  });
});

describe("refault distance", () => {
  /*
   * SEMANTICS scenario 4.   age  100   101 ............ 141
   *                              |evict|  40 evictions   |refault
   *                        token 100; distance = 141 - 100 = 41, own eviction included
   */
  it.each([
    [41, true],
    [40, false],
  ])("a distance of 41 against %i active file pages activates: %s", (active, activates) => {
    const b = bench(0);
    b.lruvec.nonresidentAge = 100;
    const shadow = b.distance.evict(b.folio());
    const other = b.folio();
    for (let i = 0; i < 40; i++) b.distance.evict(other); // only the clock counts
    expect(b.lruvec.nonresidentAge).toBe(141);
    b.lruvec.account(FILE, true, active);
    b.lruvec.account(FILE, false, 5000); // its own inactive list plays no part
    const back = b.folio();
    b.distance.refault(back, shadow, false);
    expect((b.flags(back) & PG_ACTIVE) !== 0).toBe(activates);
    expect(b.host.stat.workingset_refault_file).toBe(1);
    expect(b.host.stat.workingset_activate_file).toBe(activates ? 1 : 0);
    expect(b.lruvec.nonresidentAge).toBe(activates ? 142 : 141);
    expect(b.lruvec.refaultActivated(FILE)).toBe(activates);
  });

  /** Sizes 1, 10, 100, 1000 of inactive/active anon and file: the largest distance that activates tells the sum. */
  it.each([
    ["file", 0, 1000, 1000],
    ["file", 1, 1000, 1000 + 10 + 1],
    ["anon", 1, 1000, 1000 + 100 + 10],
  ] as const)("%s with %i swap slots left is compared with the right lists", (type, slots, _a, limit) => {
    for (const [distance, activates] of [
      [limit, true],
      [limit + 1, false],
    ] as const) {
      const b = bench(slots);
      b.lruvec.account(ANON, false, 1);
      b.lruvec.account(ANON, true, 10);
      b.lruvec.account(FILE, false, 100);
      b.lruvec.account(FILE, true, 1000);
      b.lruvec.nonresidentAge = 7;
      const folio = b.folio(type === "anon" ? PG_SWAPBACKED : 0);
      const shadow = b.distance.evict(folio);
      b.lruvec.nonresidentAge = 7 + distance;
      b.host.folios.flags[folio] = type === "anon" ? PG_SWAPBACKED : 0;
      b.distance.refault(folio, shadow, true);
      expect((b.flags(folio) & PG_ACTIVE) !== 0, `distance ${distance}`).toBe(activates);
    }
  });

  it("the clock may wrap between eviction and refault", () => {
    const b = bench();
    b.lruvec.nonresidentAge = TOKEN_MASK - 1;
    const shadow = b.distance.evict(b.folio());
    b.lruvec.nonresidentAge = TOKEN_MASK + 5; // distance 6
    b.lruvec.account(FILE, true, 6);
    const back = b.folio();
    b.distance.refault(back, shadow, true);
    expect(b.flags(back) & PG_ACTIVE).toBe(PG_ACTIVE);
  });

  it("a page that was working set is so again, is counted as restored, and its refault costs", () => {
    const b = bench();
    b.lruvec.account(FILE, true, 10_000);
    const shadow = b.distance.evict(b.folio(PG_WORKINGSET));
    const back = b.folio();
    b.distance.refault(back, shadow, true);
    expect(b.flags(back)).toBe(PG_ACTIVE | PG_WORKINGSET);
    expect(b.host.stat.workingset_restore_file).toBe(1);
    expect(Array.from(b.balance.shares(b.lruvec, 60).weight)).toEqual(WITH_REFAULT);
  });
});

describe("generation window", () => {
  function window(generations = true) {
    const b = bench(1000, generations);
    return {
      ...b,
      window: generationWindow(
        b.host,
        pidTiers(b.host),
        b.balance,
        { window: "oldest", partial: false },
        generations ? countsAgain(b.host) : activeAgain(b.host),
      ),
    };
  }

  it("a refault counts while the generation that it was evicted from is the oldest", () => {
    for (const passed of [0, 1]) {
      const b = window();
      b.lruvec.clock.minSeq[FILE] = 7;
      const shadow = b.window.evict(b.folio());
      b.lruvec.clock.minSeq[FILE]! += passed;
      const back = b.folio();
      b.window.refault(back, shadow, true);
      expect(b.host.stat.workingset_refault_file).toBe(1);
      expect(b.host.stat.workingset_activate_file).toBe(passed === 0 ? 1 : 0);
      expect(b.flags(back)).toBe(passed === 0 ? SPLIT_COUNTS.mask | PG_READ_TWICE : 0);
    }
  });

  /*
   * Refs at eviction (reads - 1)       0    1    2    3    4
   * back by a read, flags after it     -    -    -    full full     (3 or more is hot)
   */
  it.each([
    [0, false],
    [1, false],
    [2, false],
    [3, true],
    [4, true],
  ])("with %i refs at eviction, back by a read, it starts at full refs: %s", (refs, hot) => {
    const b = window();
    const flags = refs === 0 ? 0 : PG_REFERENCED | PG_READ_TWICE | ((refs - 1) << LRU_REFS_SHIFT);
    const shadow = b.window.evict(b.folio(flags));
    expect(shadowRefs(shadow)).toBe(refs);
    const back = b.folio();
    b.window.refault(back, shadow, false);
    expect(b.flags(back)).toBe(hot ? SPLIT_COUNTS.mask | PG_READ_TWICE : 0);
    expect(b.host.stat.workingset_restore_file).toBe(hot ? 1 : 0);
  });

  it("a restore costs the balance as much as an activated refault does; other refaults cost nothing", () => {
    for (const [inFault, cost] of [
      [true, true],
      [false, false],
    ] as const) {
      const b = window();
      b.lruvec.account(FILE, true, 10_000);
      b.window.refault(b.folio(), b.window.evict(b.folio()), inFault);
      expect(b.balance.shares(b.lruvec, 60).weight[ANON] === WITH_REFAULT[ANON]).toBe(cost);
      expect(b.balance.shares(b.lruvec, 60).weight[ANON] === 60).toBe(!cost);
    }
  });

  /*
   * Evicted once active?   no        yes
   * back, placed as        ACTIVE    ACTIVE, once active, restored at the balance's cost
   */
  it.each([[false], [true]])(
    "where the policy has no generations, a recent refault is ACTIVE; restored if once active: %s",
    (workingset) => {
      const b = window(false);
      b.lruvec.account(FILE, true, 10_000);
      const shadow = b.window.evict(b.folio(LRU_REFS_MASK | (workingset ? PG_WORKINGSET : 0)));
      const back = b.folio();
      b.window.refault(back, shadow, true);
      expect(b.flags(back)).toBe(PG_ACTIVE | (workingset ? PG_WORKINGSET : 0));
      expect(b.host.stat.workingset_restore_file).toBe(workingset ? 1 : 0);
      expect(Array.from(b.balance.shares(b.lruvec, 60).weight)).toEqual(
        workingset ? WITH_REFAULT : [60, 140],
      );
    },
  );
});

describe("no working set", () => {
  it.each([[false], [true]])(
    "counts refaults, and leaves the folio as if new; it costs the balance if it was once active: %s",
    (workingset) => {
      const b = bench();
      b.lruvec.account(FILE, true, 10_000);
      const off = noWorkingset(b.host, b.balance);
      const shadow = off.evict(b.folio(workingset ? PG_WORKINGSET : 0));
      expect(shadow).not.toBe(NO_SHADOW);
      const back = b.folio();
      off.refault(back, shadow, true);
      expect([
        b.flags(back),
        b.host.stat.workingset_refault_file,
        b.host.stat.workingset_activate_file,
      ]).toEqual([0, 1, 0]);
      expect(Array.from(b.balance.shares(b.lruvec, 60).weight)).toEqual(
        workingset ? WITH_REFAULT : [60, 140],
      );
    },
  );
});
