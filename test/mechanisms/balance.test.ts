import { describe, expect, it } from "vitest";
import {
  fixedBalance,
  pickByShares,
  swappinessBalance,
  tierBalance,
} from "../../lib/mechanisms/balance/balance.js";
import { costBalance } from "../../lib/mechanisms/balance/cost-balance.js";
import { observedTiers } from "../../lib/mechanisms/tiers.js";
import { ANON, FILE } from "../../lib/mm/folio.js";
import { fileLayout } from "../tiny.js";
import { fakeHost } from "./fake-host.js";

function bench() {
  const host = fakeHost(fileLayout(8));
  const tiers = observedTiers(host);
  host.lruvec.account(FILE, false, 100_000); // so that costs are not halved at once
  return { host, tiers, lruvec: host.lruvec, cost: costBalance(tiers) };
}

describe("cost balance", () => {
  // SEMANTICS scenario 7.
  it("gives anon 60 of 200 without any cost, and 89 of 506 after 100 anon pages were rotated", () => {
    const { cost, lruvec } = bench();
    expect(Array.from(cost.shares(lruvec, 60).weight)).toEqual([60, 140]);
    cost.noteBatch(lruvec, ANON, 0, 100);
    // anon cost 100, file 0: 60 * 301 / 201 = 89, 140 * 301 / 101 = 417
    expect(Array.from(cost.shares(lruvec, 60).weight)).toEqual([89, 417]);
  });

  it("a page of I/O costs as much as 32 rotated ones", () => {
    const a = bench();
    const b = bench();
    a.cost.noteBatch(a.lruvec, FILE, 0, 32);
    b.cost.noteRefault(b.lruvec, FILE, 1);
    expect(Array.from(a.cost.shares(a.lruvec, 60).weight)).toEqual(
      Array.from(b.cost.shares(b.lruvec, 60).weight),
    );
    const c = bench();
    c.cost.noteBatch(c.lruvec, FILE, 1, 0);
    expect(Array.from(c.cost.shares(c.lruvec, 60).weight)).toEqual(
      Array.from(b.cost.shares(b.lruvec, 60).weight),
    );
  });

  it("halves both costs, once an event, when they outgrow a quarter of the lists", () => {
    const host = fakeHost(fileLayout(8));
    const cost = costBalance(observedTiers(host));
    host.lruvec.account(FILE, false, 400);
    cost.noteBatch(host.lruvec, ANON, 0, 100); // 100 is not more than 400 / 4
    expect(cost.shares(host.lruvec, 60).weight[ANON]).toBe(89);
    cost.noteBatch(host.lruvec, FILE, 0, 1); // 101 is: anon 50, file 0
    // sum 50, anon 100, file 50: 60 * 151 / 101 = 89, 140 * 151 / 51 = 414
    expect(Array.from(cost.shares(host.lruvec, 60).weight)).toEqual([89, 414]);
    cost.noteBatch(host.lruvec, FILE, 0, 1000); // 1050: halved once to 25 + 500, still too much
    // sum 525, anon 550, file 1025: 60 * 1576 / 551 = 171, 140 * 1576 / 1026 = 215
    expect(Array.from(cost.shares(host.lruvec, 60).weight)).toEqual([171, 215]);
  });
});

describe("cost balance, old costs", () => {
  it("fade at every event, also one that costs nothing", () => {
    const { cost, lruvec } = bench();
    cost.noteBatch(lruvec, ANON, 0, 100);
    lruvec.account(FILE, false, -100_000 + 399); // the lists shrink: 100 > 399 / 4
    expect(Array.from(cost.shares(lruvec, 60).weight)).toEqual([89, 417]);
    cost.noteBatch(lruvec, FILE, 0, 0);
    // anon cost 50: 60 * 151 / 101 = 89, 140 * 151 / 51 = 414
    expect(Array.from(cost.shares(lruvec, 60).weight)).toEqual([89, 414]);
  });
});

describe("picks", () => {
  it("follow the shares: 30 % anon at swappiness 60, none at 0, all at 200", () => {
    for (const [swappiness, anon] of [
      [60, 300],
      [0, 0],
      [200, 1000],
      [100, 500],
    ] as const) {
      const { tiers, lruvec } = bench();
      const balance = swappinessBalance(tiers);
      let picked = 0;
      for (let i = 0; i < 1000; i++) if (balance.pick(lruvec, swappiness) === ANON) picked++;
      expect(picked).toBe(anon);
    }
  });

  it("set the tiers' limit for the type that was picked", () => {
    const { tiers, lruvec } = bench();
    const updated: number[] = [];
    const spied = { ...tiers, update: (type: 0 | 1) => void updated.push(type) };
    const pick = pickByShares(() => ({ weight: Float64Array.of(0, 1) }), spied);
    expect([pick(lruvec, 60), pick(lruvec, 60)]).toEqual([FILE, FILE]);
    expect(updated).toEqual([FILE, FILE]);
  });

  it("by tiers: one type gets everything", () => {
    const { tiers, lruvec } = bench();
    tiers.noteEvicted(FILE, 0, 100);
    tiers.noteRefaulted(FILE, 0, 90);
    const balance = tierBalance(tiers);
    expect(balance.pick(lruvec, 100)).toBe(ANON);
    expect(Array.from(balance.shares(lruvec, 100).weight)).toEqual([1, 0]);
  });
});

describe("fixed balance", () => {
  it("takes from anon above its share of the lruvec, from files up to it, whatever either costs", () => {
    const host = fakeHost(fileLayout(8));
    const { lruvec } = host;
    const fixed = fixedBalance(observedTiers(host), 0.25);
    const picks = (): unknown[] => [fixed.pick(lruvec, 60), ...fixed.shares(lruvec, 60).weight];
    lruvec.account(FILE, false, 75);
    lruvec.account(ANON, false, 25);
    expect(picks(), "exactly its share").toEqual([FILE, 0, 1]);
    lruvec.account(ANON, true, 1);
    expect(picks(), "one page more, active or not").toEqual([ANON, 1, 0]);
    fixed.noteBatch(lruvec, ANON, 1000, 1000);
    expect(picks(), "costs do not count").toEqual([ANON, 1, 0]);
    lruvec.account(FILE, false, -75);
    lruvec.account(ANON, false, -26);
    expect(picks(), "no file page: nothing else to take").toEqual([ANON, 1, 0]);
  });
});
