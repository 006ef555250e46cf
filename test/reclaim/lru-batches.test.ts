import { describe, expect, it } from "vitest";
import { PG_ACTIVE } from "../../lib/mm/folio.js";
import { lru } from "../../lib/policies/index.js";
import { fileLayout } from "../tiny.js";
import { bench } from "./bench.js";

/** Batches of four; reads of pages through a descriptor (fd slots start at 512). */
const machine = () => bench(lru(), fileLayout(32), undefined, {}, { batchSize: 4 });

describe("per-CPU batches", () => {
  it("the add batch drains itself when it is full, under one lock", () => {
    const b = machine();
    b.access(512, 513, 514);
    expect([b.core.batches.nrPending, b.core.stat.lru_lock]).toEqual([3, 0]);
    b.access(515);
    expect([b.core.batches.nrPending, b.core.stat.lru_lock]).toEqual([0, 1]);
  });

  it("the activate batch drains itself when it is full, and holds a page once", () => {
    const b = machine();
    b.access(512, 513, 514, 515);
    b.access(512, 512, 512, 513, 514); // 512: told at its second and fourth read
    expect(b.core.lruvecs[0]!.active(1)).toBe(0);
    b.access(515);
    expect([b.core.lruvecs[0]!.active(1), b.core.stat.pgactivate, b.core.stat.lru_lock]).toEqual([4, 4, 2]);
  });

  it("a drained batch is empty: draining again takes no lock, and activates nobody a second time", () => {
    const b = machine();
    b.access(512, 512, 513);
    b.drain();
    b.access(513);
    b.drain();
    expect(b.flags(1)).toBe(PG_ACTIVE);
    const locks = b.core.stat.lru_lock;
    b.drain();
    expect(b.core.stat.lru_lock).toBe(locks);
    // Sent down by hand, a page that was activated long ago stays down.
    const folio = b.folio(1);
    b.core.attached[0]!.lists!.move(folio, 0);
    b.core.folios.flags[folio]! &= ~PG_ACTIVE;
    b.drain();
    expect(b.flags(1) & PG_ACTIVE).toBe(0);
  });

  it("a page that is isolated or active by the time of the drain is left alone", () => {
    const b = machine();
    b.access(512, 513);
    b.drain();
    b.access(512); // queued
    b.core.folios.flags[b.folio(0)]! |= PG_ACTIVE;
    b.drain();
    expect(b.core.stat.pgactivate).toBe(0);
  });
});
