import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressMap } from "../../lib/mm/address-map.js";
import { Folios } from "../../lib/mm/folio.js";
import { Memcg } from "../../lib/mm/memcg.js";
import { Memory } from "../../lib/mm/memory.js";
import { SwapArea } from "../../lib/mm/swap-area.js";
import { PTRS_PER_PTE, pageOfSlot, type TraceLayout, type Vma } from "../../lib/trace/trace.js";
import { InputError } from "../../lib/util/error.js";
import { SHARED } from "../tiny.js";

/** Layouts of up to four leaf tables: ranges with holes between them, two files mapped over and over. */
const layouts: fc.Arbitrary<TraceLayout> = fc
  .array(
    fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 500 }), fc.constantFrom("anon", "file"), fc.nat(1)),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((parts) => {
    const vmas: Vma[] = [];
    let at = 0;
    for (const [gap, nr, kind, file] of parts) {
      const start = at + gap;
      if (start + nr > 4 * PTRS_PER_PTE) break;
      vmas.push(
        kind === "anon"
          ? { process: 0, start, nr, kind: "anon" }
          : { process: 0, start, nr, kind: "file", file, offset: gap % 100 },
      );
      at = start + nr;
    }
    const files = [
      { name: "a", nr: 600 },
      { name: "b", nr: 700 },
    ];
    return { nrSlots: 4 * PTRS_PER_PTE, vmas, files };
  });

describe("address map", () => {
  it("leads from each page to all slots that map it, and from each table to its first VMA", () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        const map = addressMap(layout);
        const memory = new Memory(layout);
        const pageOf = pageOfSlot(layout);
        for (let page = 0; page < map.nrPages; page += 7) {
          const slots: number[] = [];
          for (let slot = 0; slot < layout.nrSlots; slot++) if (pageOf[slot] === page) slots.push(slot);
          const found: number[] = [];
          for (let slot = memory.firstMapping(page); slot >= 0; slot = memory.nextMapping(slot))
            found.push(slot);
          expect(found).toEqual(slots);
        }
        for (let table = 0; table < map.nrTables; table++) {
          const inTable = layout.vmas.findIndex(
            ({ start, nr }) => start < (table + 1) * PTRS_PER_PTE && start + nr > table * PTRS_PER_PTE,
          );
          expect(map.tableVma[table]).toBe(inTable < 0 ? layout.vmas.length : inTable);
        }
      }),
      { numRuns: 30, seed: 3 },
    );
  });

  it("is built once for a layout, and keeps no reverse chain where no page is mapped twice", () => {
    expect(addressMap(SHARED)).toBe(addressMap(SHARED));
    expect(addressMap(SHARED).nextSlot).not.toBeNull();
    const single: TraceLayout = {
      nrSlots: 512,
      vmas: [{ process: 0, start: 0, nr: 9, kind: "anon" }],
      files: [],
    };
    expect(addressMap(single).nextSlot).toBeNull();
  });
});

describe("Folios", () => {
  it("gives each index once, and again after it was released, with no trace of its past", () => {
    const folios = new Folios(3);
    const all = [folios.alloc(7, 0), folios.alloc(8, 0), folios.alloc(9, 0)];
    expect(new Set(all).size).toBe(3);
    expect(() => folios.alloc(10, 0)).toThrow("all 3 are in use");
    folios.flags[all[1]!] = 0xff;
    folios.release(all[1]!);
    const again = folios.alloc(11, 0);
    expect(again).toBe(all[1]);
    expect([folios.page[again], folios.flags[again], folios.nrPages[again], folios.nr]).toEqual([
      11, 0, 1, 3,
    ]);
  });

  it("is not released while mapped or listed", () => {
    const folios = new Folios(2);
    const folio = folios.alloc(0, 0);
    folios.mapcount[folio] = 1;
    expect(() => folios.release(folio)).toThrow(`folio ${folio} is freed while mapped`);
    folios.mapcount[folio] = 0;
    folios.next[folio] = 2;
    expect(() => folios.release(folio)).toThrow(`folio ${folio} is freed while on a list`);
  });

  it("runs out of lists with a message for the author of the policy", () => {
    const folios = new Folios(1, 2);
    folios.newSentinel();
    folios.newSentinel();
    expect(() => folios.newSentinel()).toThrow(InputError);
  });
});

describe("Memcg", () => {
  it("charges up to the root, or nothing at all when any limit on the way forbids it", () => {
    const root = new Memcg("root", 100);
    const child = new Memcg("child", 80, root);
    expect(child.tryCharge(80)).toBe(true);
    expect([root.usage, child.usage]).toEqual([80, 80]);
    expect(child.tryCharge(1)).toBe(false);
    expect(root.tryCharge(20)).toBe(true);
    child.uncharge(10);
    expect(child.tryCharge(11)).toBe(false); // root: 90 + 11 > 100
    expect(child.tryCharge(10)).toBe(true);
    expect([root.usage, child.usage]).toEqual([100, 80]);
  });

  it("holds a stock that is charged but free, and gives it back", () => {
    const memcg = new Memcg("m", 100);
    memcg.tryCharge(64);
    memcg.stock = 63;
    expect(memcg.consumeStock(63)).toBe(true);
    expect(memcg.consumeStock(1)).toBe(false);
    memcg.stock = 10;
    memcg.drainStock();
    expect([memcg.usage, memcg.stock]).toEqual([54, 0]);
  });
});

describe("SwapArea", () => {
  it("has as many slots as it says, and refuses to release one that is free", () => {
    const swap = new SwapArea(2);
    expect([swap.alloc(), swap.alloc(), swap.alloc(), swap.free]).toEqual([true, true, false, 0]);
    swap.release();
    swap.release();
    expect(() => swap.release()).toThrow("released twice");
    expect(new SwapArea(0).alloc()).toBe(false);
  });
});
