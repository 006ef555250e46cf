/*
 * Tiny traces, drawn. Letters stand for slots 0, 1, 2 ... of one mapped range; a dot under a page means that
 * its accessed bit is clear, a + that it is set. Lists are drawn with the next candidate on the right.
 */
import { describe, expect, it } from "vitest";
import { PG_ACTIVE, PG_EXEC, PG_REFERENCED, PG_WORKINGSET } from "../../lib/mm/folio.js";
import { clock, fifo, lru, mglru, random, sieve } from "../../lib/policies/index.js";
import { bench } from "../reclaim/bench.js";
import { anonLayout, fileLayout } from "../tiny.js";

const slots = (letters: string): number[] => [...letters].map((letter) => letter.charCodeAt(0) - 97);
const letters = (all: readonly number[]): string =>
  all.map((slot) => String.fromCharCode(97 + slot)).join("");

describe("three frames", () => {
  /*
   *   a b c a d a b        newest ... oldest
   *   a b c                c b a
   *   a                    hit: nobody is told
   *   d   evicts a         d c b
   *   a   evicts b         a d c       used or not
   *   b   evicts c         b a d
   */
  it("FIFO: evicts in order of arrival, whatever is used", () => {
    const b = bench(fifo(), anonLayout(8), 3);
    b.access(...slots("abcadab"));
    expect(letters(b.evicted)).toBe("abc");
    expect(b.core.stat.workingset_refault_anon).toBe(2);
    expect(b.core.stat.rmap_walk).toBe(0);
  });

  /*
   *   a b c                c+ b+ a+     every fault leaves the bit set
   *   d   all get a second chance: a. b. c. go round, then a goes      d+ c. b.
   *   c                    d+ c+ b.
   *   e   b                e+ d+ c+
   *   d                    hit
   *   f   c. d. e. go round, c goes                                    f+ e. d.
   */
  it("CLOCK: what was used goes round once more", () => {
    const b = bench(clock(), anonLayout(8), 3);
    b.access(...slots("abcdcedf"));
    expect(letters(b.evicted)).toBe("abc");
    expect(b.core.stat.rmap_walk).toBe(3 + 1 + 1 + 3 + 1);
  });

  /*
   * hand ^          newest ... oldest
   *   a b c         c+ b+ a+
   *   d             a. b. c. are spared where they stand, the hand starts over, a goes:
   *                 d+ c. b.              hand on b
   *   c             d+ c+ b.
   *   e   b goes    e+ d+ c+              hand on c
   *   f   c. d. e. spared, start over: c goes
   *                 f+ e. d.              hand on d
   *   d             f+ e. d+
   *   g   d. spared, e goes:  g+ f+ d.    hand on f: d stayed behind the hand, newcomers are sifted
   *   h   f. g. spared, start over: d goes
   */
  it("SIEVE: the hand spares what was used, and does not move it", () => {
    const b = bench(sieve(), anonLayout(8), 3);
    b.access(...slots("abcdcefdgh"));
    expect(letters(b.evicted)).toBe("abced");
  });

  /*
   *                 CLOCK                                        SIEVE, hand ^
   *   a b c d       d+ c. b.       a goes                        d+ c. b.^       a goes
   *   b             d+ c. b+                                     d+ c. b+^
   *   a             a+ b. d+       b goes round, c goes          a+ d+^ b.       b spared, c goes
   *   b             a+ b+ d+                                     a+ d+^ b+
   *   c             c+ a. b.       all go round, d goes          c+ a.^ b.       all spared, d goes
   *   d             b goes: it is oldest                         a goes: it is next
   */
  it("CLOCK and SIEVE differ once a survivor has met newcomers", () => {
    const c = bench(clock(), anonLayout(8), 3);
    const s = bench(sieve(), anonLayout(8), 3);
    for (const b of [c, s]) b.access(...slots("abcdbabcd"));
    expect([letters(c.evicted), letters(s.evicted)]).toEqual(["acdb", "acda"]);
  });

  it("random: any page may go, every one once as often as the others, seeded", () => {
    const victims = new Int32Array(4);
    const b = bench(random(), anonLayout(5), 4);
    b.access(...slots("abcd"));
    for (let i = 0; i < 4000; i++) b.access([0, 1, 2, 3, 4].find((slot) => b.folio(slot) < 0)!);
    for (const slot of b.evicted) if (slot < 4) victims[slot]!++;
    for (const nr of victims) expect(nr / b.evicted.length).toBeCloseTo(0.2, 1);
    const again = bench(random(), anonLayout(5), 4);
    again.access(...slots("abcde"));
    expect(again.evicted[0]).toBe(b.evicted[0]);
  });
});

describe("traditional LRU", () => {
  /*
   * Mapped file pages, no swap. I inactive, A active; r REFERENCED.
   *
   *   a b c            I c+ b+ a+
   *   look at a: young, first time: round once     I ar. c+ b+
   *   b, c likewise                                I cr. br. ar.
   *   (b)              I cr. br+ ar.
   *   look: a is not young -> out                  I cr. br+
   *   look: b is young again -> active             I cr.      A br.
   *   look: c -> out
   */
  it("a mapped page is kept once, activated when used again, evicted when not (scenario 3)", () => {
    const b = bench(lru(), fileLayout(8));
    b.access(...slots("abc"));
    expect([b.step(), b.step(), b.step()]).toEqual([false, false, false]);
    expect(b.flags(0)).toBe(PG_REFERENCED);
    b.access(...slots("b"));
    expect([b.step(), b.step(), b.step()]).toEqual([true, false, true]);
    expect(letters(b.evicted)).toBe("ac");
    expect(b.flags(1)).toBe(PG_REFERENCED | PG_ACTIVE);
    expect(b.core.lruvecs[0]!.active(1)).toBe(1);
    expect(b.core.stat.pgactivate).toBe(1);
    expect(b.core.lruvecs[0]!.nonresidentAge, "two evictions, one activation").toBe(3);
  });

  it("an executable page is activated at the first look", () => {
    const b = bench(lru(), fileLayout(8, true));
    b.access(0);
    b.step();
    expect(b.flags(0)).toBe(PG_EXEC | PG_REFERENCED | PG_ACTIVE);
  });

  /*
   *   inactive      active b+ a+, executable       inactive is short: the active scan looks at both, once each
   *                 b. a.                          they go to the head again, and each advances the clock
   */
  it("an executable page in use stays active, is looked at once a scan, and ages the lruvec as if activated", () => {
    const b = bench(lru(), fileLayout(8, true));
    b.access(0, 1);
    b.step();
    b.step();
    const age = b.core.lruvecs[0]!.nonresidentAge;
    b.access(0, 1);
    const refilled = b.core.stat.pgrefill;
    b.step();
    expect(b.core.stat.pgrefill - refilled).toBe(2);
    expect(b.core.lruvecs[0]!.nonresidentAge - age).toBe(2);
    expect([b.core.lruvecs[0]!.active(1), b.core.stat.pgdeactivate]).toEqual([2, 0]);
  });

  /*
   * Scenario 5. b was activated at the tail, so it carries r. The active scan sends it down, young or not,
   * without touching r: one use more and the tail sends it straight back up.
   */
  it("a page that was activated at the tail needs one use to come back, one activated by a refault two", () => {
    const b = bench(lru(), fileLayout(8));
    b.access(0);
    b.step();
    b.access(0);
    b.step(); // active, r
    b.access(0);
    b.step(); // inactive is empty: the active scan sends it down, its bit is cleared
    expect(b.flags(0)).toBe(PG_REFERENCED | PG_WORKINGSET);
    expect(b.core.stat.pgdeactivate).toBe(1);
    b.access(0);
    b.step();
    expect(b.flags(0) & PG_ACTIVE).toBe(PG_ACTIVE);
  });

  // Scenario 1: batch size 31, one file page read through a descriptor (fd slots start at 512).
  it("reads: the first marks, the second queues, the drain moves to the active list", () => {
    const b = bench(lru(), fileLayout(8), undefined, {}, { batchSize: 31 });
    b.access(512);
    expect(b.flags(0)).toBe(PG_REFERENCED);
    b.drain();
    expect([b.core.lruvecs[0]!.inactive(1), b.flags(0)]).toEqual([1, PG_REFERENCED]);
    b.access(512);
    expect(b.core.lruvecs[0]!.active(1), "still queued").toBe(0);
    b.drain();
    expect([b.core.lruvecs[0]!.active(1), b.flags(0)]).toEqual([1, PG_ACTIVE]);
    expect([b.core.lruvecs[0]!.nonresidentAge, b.core.stat.pgactivate]).toEqual([1, 1]);
  });

  // Scenario 2.
  it("reads: two before the drain place the page on the active list at once", () => {
    const b = bench(lru(), fileLayout(8), undefined, {}, { batchSize: 31 });
    b.access(512, 512);
    expect(b.flags(0)).toBe(PG_ACTIVE);
    b.drain();
    expect([b.core.lruvecs[0]!.active(1), b.core.lruvecs[0]!.nonresidentAge]).toEqual([1, 1]);
    expect(b.core.stat.pgactivate, "it was never moved").toBe(0);
  });

  it("reads: once-read pages go, a page read twice stays", () => {
    const b = bench(lru(), fileLayout(8), 3);
    const fd = (text: string) => slots(text).map((slot) => 512 + slot);
    b.access(...fd("aabcde")); // a active; b, c, d, e pass through two frames
    expect(letters(b.evicted)).toBe("bc");
    expect(b.flags(0)).toBe(PG_ACTIVE);
  });
});

describe("MGLRU", () => {
  const seqOf = (b: ReturnType<typeof bench>, slot: number): number => {
    const { maxSeq } = b.core.lruvecs[0]!.clock;
    const gen = b.core.folios.klass[b.folio(slot)]!;
    for (let seq = maxSeq; seq > maxSeq - 4; seq--) if (seq % 4 === gen) return seq;
    return -1;
  };

  // Scenario 8 (6.12): max 3, min 0. A read goes to seq 1, a fault to seq 3.
  it("a page that was read enters one above the oldest generation, a faulted one the youngest", () => {
    const b = bench(mglru(), fileLayout(8));
    b.access(512, 1);
    b.drain();
    expect([seqOf(b, 0), seqOf(b, 1)]).toEqual([1, 3]);
  });

  // Scenario 8, minus the fault: an anonymous page without recency enters one below the youngest.
  it("an anonymous page of a range without recency enters one below the youngest generation", () => {
    const layout = anonLayout(8);
    const b = bench(mglru(), { ...layout, vmas: [{ ...layout.vmas[0]!, recency: false }] });
    b.access(0);
    b.drain();
    expect(seqOf(b, 0)).toBe(2);
  });

  /*
   *   a b c d faulted: seq 3. Generations 0 and 1 are empty and retired; 2 are never evicted: age.
   *   aging: walk finds a b c d young -> they stay youngest: seq 3, then max becomes 4
   *   (a, c)        a+ c+ used again
   *   aging:        walk flags a, c as seq 4; max becomes 5; b, d are now the oldest with 3
   *   eviction:     the list of 3 from its tail: a is sorted to 4, b goes, c is sorted, d goes
   */
  it("aging flags what is young, eviction sorts it by its flag and takes the rest", () => {
    const b = bench(mglru(), fileLayout(8), undefined, { filter: "off" });
    b.access(...slots("abcd"));
    const { ops } = b.core.attached[0]!;
    const age = () => {
      b.core.sc.priority = 0;
      b.core.sc.swappiness = 60;
      ops.budget(b.core.sc);
    };
    b.drain();
    const { clock } = b.core.lruvecs[0]!;
    b.core.sc.beginBatch(0);
    ops.isolate(b.core.sc); // nothing to take: only retires 0 and 1
    expect(Array.from(clock.minSeq)).toEqual([2, 2]);
    age();
    expect([clock.maxSeq, ...slots("abcd").map((s) => seqOf(b, s))]).toEqual([4, 3, 3, 3, 3]);
    b.access(...slots("ac"));
    b.core.memory.hasRun[0] = 1; // hits do not say so; a fault would
    b.core.sc.beginBatch(0);
    ops.isolate(b.core.sc);
    age();
    expect([clock.maxSeq, ...slots("abcd").map((s) => seqOf(b, s))]).toEqual([5, 4, 3, 4, 3]);
    expect(b.core.stat.flag_update).toBe(2);
    expect(b.core.stat.pgsorted, "lists still as they were").toBe(0);
    b.step();
    expect(letters(b.evicted)).toBe("bd");
    expect(b.core.stat.pgsorted).toBe(2);
    expect(b.core.stat.rmap_walk, "only the two candidates were asked").toBe(2);
  });

  /*
   * Read 1, 2, 3 and 5 times: tiers 0, 1, 2, 3. Nothing has refaulted, so only five reads are protected: the
   * page moves one generation up and starts over.
   */
  it("of pages read 1, 2, 3 and 5 times, the last is protected, and starts over at tier 0 (scenario 9)", () => {
    const b = bench(mglru(), fileLayout(8));
    const fd = (text: string) => slots(text).map((slot) => 512 + slot);
    b.access(...fd("abbcccddddd"));
    b.step(); // generation 0 is empty and is retired
    b.step();
    expect(letters(b.evicted)).toBe("abc");
    expect(b.core.stat.tier_protected).toBe(1);
    expect([b.flags(3), seqOf(b, 3)]).toEqual([0, 2]);
  });

  it("a young candidate is kept and enters the youngest generation, and so do its young neighbours", () => {
    const b = bench(mglru(), fileLayout(8), undefined, { walk: "off" });
    b.access(...slots("abc"));
    const { clock } = b.core.lruvecs[0]!;
    b.drain();
    for (let i = 0; i < 2; i++) {
      b.core.sc.priority = 0;
      b.core.sc.beginBatch(0);
      b.core.attached[0]!.ops.isolate(b.core.sc);
      b.core.attached[0]!.ops.budget(b.core.sc);
    }
    expect([clock.maxSeq, seqOf(b, 0)]).toEqual([5, 3]); // grown old unseen: no walk
    b.step();
    expect(b.evicted).toEqual([]);
    expect(b.core.stat.lookaround).toBe(1);
    expect(b.core.stat.lookaround_young, "b and c, beside a").toBe(2);
    b.drain();
    expect(slots("abc").map((s) => seqOf(b, s))).toEqual([5, 5, 5]);
  });
});
