import { describe, expect, it } from "vitest";
import { activateDirty, skipDirty, writeDirty } from "../../lib/mechanisms/pageout/dirty.js";
import { pageout } from "../../lib/mechanisms/pageout/pageout.js";
import { noSwap, zramSwap } from "../../lib/mechanisms/pageout/swap-out.js";
import { flusher } from "../../lib/mechanisms/pageout/writeback.js";
import { PG_DIRTY, PG_LRU, PG_RECLAIM, PG_WRITEBACK } from "../../lib/mm/folio.js";
import { PTE_DIRTY, PTE_TOUCHED } from "../../lib/mm/memory.js";
import { SHARED } from "../tiny.js";
import { fakeHost, YOUNG } from "./fake-host.js";

/** Slots of SHARED: an anonymous page, and page 250 of file a in both processes. */
const ANON_SLOT = 5;
const [FILE_SLOT, FILE_SLOT_2] = [400 + 250, 1300 + 50];

function bench(swapSlots = 1, rule = activateDirty) {
  const host = fakeHost(SHARED, swapSlots);
  const rotated: number[] = [];
  const swap = swapSlots > 0 ? zramSwap(host) : noSwap();
  const writeback = flusher(host, (folio) => void rotated.push(folio));
  return {
    host,
    rotated,
    swap,
    writeback,
    dirty: rule(host, writeback),
    out: pageout(host, swap, writeback, rule(host, writeback)),
    flags: (folio: number) => host.folios.flags[folio]! & ~PG_LRU,
  };
}

describe("page-out", () => {
  it("drops a clean file page: unmapped everywhere, nothing written, the tables' own bits left", () => {
    const { host, out } = bench();
    const folio = host.map(FILE_SLOT);
    host.map(FILE_SLOT_2);
    expect(out.pageOut(folio)).toBe("freed");
    expect(host.folios.mapcount[folio]).toBe(0);
    expect([host.memory.pte[FILE_SLOT], host.memory.pte[FILE_SLOT_2]]).toEqual([PTE_TOUCHED, PTE_TOUCHED]);
    expect([host.stat.nr_written, host.stat.pswpout]).toEqual([0, 0]);
  });

  /*
   *   1st time at the tail   dirty: RECLAIM, kept as active, the flusher is asked
   *   batch done             written: clean, rotated to the tail
   *   2nd time               clean: freed
   */
  it("writes a dirty file page back first; the dirty bit of any PTE is enough", () => {
    const { host, out, rotated, flags } = bench();
    host.map(FILE_SLOT);
    const folio = host.map(FILE_SLOT_2, YOUNG | PTE_DIRTY);
    expect(out.pageOut(folio)).toBe("activate");
    expect(flags(folio) & (PG_DIRTY | PG_RECLAIM)).toBe(PG_DIRTY | PG_RECLAIM);
    expect(rotated).toEqual([]);
    out.batchDone(1);
    expect(rotated).toEqual([folio]);
    expect(flags(folio) & PG_DIRTY).toBe(0);
    expect(host.stat.nr_written).toBe(1);
    expect(host.stat.nr_vmscan_write, "the flusher wrote it, not reclaim").toBe(0);
    out.batchDone(1);
    expect(host.stat.nr_written, "written once").toBe(1);
    expect(out.pageOut(folio)).toBe("freed");
  });

  it("written by reclaim itself: counted as such, kept where it was, rotated when the batch is done", () => {
    const { host, out, rotated, flags } = bench(1, writeDirty);
    const folio = host.map(FILE_SLOT, YOUNG | PTE_DIRTY);
    expect(out.pageOut(folio)).toBe("keep");
    expect(host.stat.nr_vmscan_write).toBe(1);
    out.batchDone(1);
    expect([rotated, flags(folio) & PG_DIRTY, host.stat.nr_written]).toEqual([[folio], 0, 1]);
  });

  /*
   *                      dirty   under writeback
   *   file               over    over, nobody need write it again
   *   anonymous          taken   over
   */
  it("passes dirty file folios over, and any that is being written", () => {
    const { host, dirty, rotated, out } = bench(1, skipDirty);
    const [file, anon] = [host.map(FILE_SLOT), host.map(ANON_SLOT)];
    expect([dirty.passOver(file), dirty.passOver(anon)]).toEqual([false, false]);
    for (const folio of [file, anon]) host.folios.flags[folio]! |= PG_DIRTY;
    expect([dirty.passOver(file), dirty.passOver(anon)]).toEqual([true, false]);
    expect(host.folios.flags[file]! & PG_RECLAIM, "to be found when it is clean").toBe(PG_RECLAIM);
    out.batchDone(0);
    expect(rotated).toEqual([file]);
    host.folios.flags[anon]! |= PG_WRITEBACK;
    expect(dirty.passOver(anon)).toBe(true);
    expect([activateDirty, writeDirty].map((rule) => bench(1, rule).dirty.passOver(anon))).toEqual([
      false,
      false,
    ]);
  });

  it("leaves a page under writeback alone, marked to be rotated", () => {
    const { host, out, flags } = bench();
    const folio = host.map(FILE_SLOT);
    host.folios.flags[folio]! |= PG_WRITEBACK;
    expect(out.pageOut(folio)).toBe("activate");
    expect(flags(folio)).toBe(PG_WRITEBACK | PG_RECLAIM);
    expect(host.folios.mapcount[folio]).toBe(1);
  });

  it("does not rotate a folio that was not wanted any more, and forgets one that is gone", () => {
    const { host, rotated, writeback } = bench();
    const [a, b] = [host.map(FILE_SLOT), host.map(FILE_SLOT + 1)];
    writeback.request(a);
    writeback.request(b);
    host.folios.flags[b]! |= PG_RECLAIM;
    writeback.forget(b);
    writeback.run(1);
    expect(rotated).toEqual([]);
    expect(host.stat.nr_written).toBe(1);
  });
});

describe("swap", () => {
  it("an anonymous page takes a slot, is written, and a swap-in frees the slot and leaves it dirty", () => {
    const { host, out, swap, flags } = bench();
    const folio = host.map(ANON_SLOT);
    expect(out.pageOut(folio)).toBe("freed");
    expect([host.swap.used, host.stat.pswpout]).toEqual([1, 1]);
    expect(host.stat.nr_vmscan_write).toBe(1);
    swap.read(folio);
    expect([host.swap.used, host.stat.pswpin]).toEqual([0, 1]);
    expect(flags(folio) & PG_DIRTY).toBe(PG_DIRTY);
  });

  it("a full device keeps the page, still mapped", () => {
    const { host, out, swap } = bench(1);
    expect(out.pageOut(host.map(ANON_SLOT))).toBe("freed");
    expect(swap.canSwap()).toBe(false);
    const second = host.map(ANON_SLOT + 1);
    expect(out.pageOut(second)).toBe("activate");
    expect(host.folios.mapcount[second]).toBe(1);
  });

  it("none: anonymous pages stay, and reading one back is our fault", () => {
    const { host, out, swap } = bench(0);
    expect(swap.canSwap()).toBe(false);
    expect(out.pageOut(host.map(ANON_SLOT))).toBe("activate");
    expect(() => swap.read(0)).toThrow("there is none");
  });
});
