import { describe, expect, it } from "vitest";
import { NIL, PG_DIRTY, PG_EXEC, PG_REFERENCED } from "../../lib/mm/folio.js";
import { PTE_PRESENT, PTE_TOUCHED, PTE_YOUNG } from "../../lib/mm/memory.js";
import { NO_SHADOW } from "../../lib/mm/page-entry.js";
import { fifo, lru, sieve } from "../../lib/policies/index.js";
import { unmapRange } from "../../lib/reclaim/unmap-range.js";
import { checkInvariants } from "../../lib/sim/invariants.js";
import { WRITE } from "../../lib/trace/trace.js";
import { anonLayout, SHARED } from "../tiny.js";
import { bench } from "./bench.js";

/** Slots of SHARED: page 250 of file a in both processes, one of file b without recency, an anonymous page. */
const [FILE_1, FILE_2, BLIND, ANON_SLOT] = [400 + 250, 1300 + 50, 1710, 5];

describe("unmapRange", () => {
  it("frees an anonymous page, its charge and its place on the list", () => {
    const b = bench(fifo(), SHARED);
    b.access(ANON_SLOT);
    unmapRange(b.core, 0, 300);
    expect(b.folio(ANON_SLOT)).toBe(NIL);
    expect(b.core.folios.nr).toBe(0);
    checkInvariants(b.core);
  });

  it("frees a page that waits in the add batch", () => {
    const b = bench(fifo(), SHARED, undefined, {}, { batchSize: 31 });
    b.access(ANON_SLOT, ANON_SLOT + 1);
    unmapRange(b.core, ANON_SLOT, 1);
    checkInvariants(b.core);
    expect(b.core.batches.nrPending).toBe(1);
  });

  it("gives the swap slot of an evicted page back, and forgets its shadow: the next touch is a first one", () => {
    const b = bench(fifo(), SHARED);
    b.access(ANON_SLOT);
    b.step();
    expect(b.core.swap.used).toBe(1);
    unmapRange(b.core, ANON_SLOT, 1);
    const page = b.core.memory.page(ANON_SLOT);
    expect([b.core.swap.used, b.core.memory.shadow(page)]).toEqual([0, NO_SHADOW]);
    b.access(ANON_SLOT);
    expect([b.core.stat.workingset_refault_anon, b.core.stat.pgmajfault, b.core.stat.pswpin]).toEqual([
      0, 0, 0,
    ]);
  });

  it("keeps a file page cached; its dirty bit goes to the folio, its young one counts as a read", () => {
    const b = bench(lru(), SHARED);
    b.access(FILE_1 | WRITE, FILE_2);
    unmapRange(b.core, FILE_1, 1);
    expect(b.core.folios.mapcount[b.folio(FILE_1)]).toBe(1);
    expect(b.flags(FILE_1)).toBe(PG_DIRTY | PG_EXEC | PG_REFERENCED);
    b.core.memory.pte[FILE_2]! &= ~PTE_YOUNG;
    unmapRange(b.core, FILE_2, 1);
    expect(b.core.folios.mapcount[b.folio(FILE_1)]).toBe(0);
    expect(b.flags(FILE_1), "an old PTE is no read").toBe(PG_DIRTY | PG_EXEC | PG_REFERENCED);
    b.access(FILE_1);
    expect(b.core.stat.pgmajfault, "a minor fault: it was cached").toBe(1);
    checkInvariants(b.core);
  });

  it("a young PTE of a range without recency is no read", () => {
    const b = bench(lru(), SHARED);
    b.access(BLIND);
    unmapRange(b.core, BLIND, 1);
    expect(b.flags(BLIND)).toBe(0);
  });

  it("leaves the table's own accessed bit, and holes alone", () => {
    const b = bench(lru(), SHARED);
    b.access(FILE_1);
    unmapRange(b.core, 0, SHARED.nrSlots);
    expect(b.core.memory.pte[FILE_1]! & (PTE_PRESENT | PTE_YOUNG | PTE_TOUCHED)).toBe(PTE_TOUCHED);
  });

  /*
   *   table 0 of SHARED: anon 0..299, file 400..511; a table goes with the last PTE or swapped page in it
   */
  it("frees a page table that is left without PTEs and without pages in swap", () => {
    const b = bench(fifo(), SHARED);
    const present = () => b.core.memory.tablePresent[0];
    b.access(ANON_SLOT, ANON_SLOT + 1, 410);
    b.step(); // the first is in swap
    unmapRange(b.core, ANON_SLOT + 1, 1);
    unmapRange(b.core, 410, 1);
    expect([b.core.memory.swapped(b.core.memory.page(ANON_SLOT)), present()]).toEqual([true, 1]);
    unmapRange(b.core, ANON_SLOT, 1);
    expect(present()).toBe(0);
    b.access(ANON_SLOT, 410);
    unmapRange(b.core, 0, 300);
    expect(present(), "a file page is still mapped").toBe(1);
    unmapRange(b.core, 300, 300);
    expect(present()).toBe(0);
    b.access(ANON_SLOT);
    expect(present()).toBe(1);
  });

  it("SIEVE's hand lets go of a page that is unmapped under it", () => {
    const b = bench(sieve(), anonLayout(8), 3);
    b.access(0, 1, 2, 3); // a goes, the hand is on b
    expect(b.core.attached[0]!.ops.inspect()).toEqual({ hand: b.folio(1) });
    unmapRange(b.core, 1, 1);
    b.access(4); // b's folio is used again, at the newest end
    b.access(5, 6);
    checkInvariants(b.core);
    expect(b.evicted).toEqual([0, 2, 3]);
  });
});
