import { describe, expect, it } from "vitest";
import { Generations, LRU_REFS_FLAGS } from "../../lib/mechanisms/generations.js";
import { observedTiers } from "../../lib/mechanisms/tiers.js";
import {
  ANON,
  FILE,
  type Folio,
  type MemType,
  PG_LRU,
  PG_SWAPBACKED,
  PG_WORKINGSET,
} from "../../lib/mm/folio.js";
import { ClassLists } from "../../lib/mm/lists.js";
import { fileLayout } from "../tiny.js";
import { fakeHost } from "./fake-host.js";

/** A ring of 4, 2 never evicted. `fill` adds folios to a generation, newest at the head. */
function bench(gens = 4, minGens = 2) {
  const host = fakeHost(fileLayout(512));
  const { folios, lruvec } = host;
  const carried: MemType[] = [];
  const tiers = { ...observedTiers(host), carryOver: (type: MemType) => void carried.push(type) };
  const lists = new ClassLists(folios, lruvec, host.stat, gens, false);
  const ring = new Generations(lists, folios, lruvec.clock, tiers, minGens);
  return {
    host,
    lists,
    ring,
    carried,
    clock: lruvec.clock,
    fill(type: MemType, seq: number, nr: number): Folio[] {
      return Array.from({ length: nr }, () => {
        const folio = folios.alloc(0, 0);
        folios.flags[folio] = type === ANON ? PG_SWAPBACKED : 0;
        lists.add(folio, ring.of(seq));
        return folio;
      });
    },
    seqs: () => [Array.from(lruvec.clock.minSeq), lruvec.clock.maxSeq],
  };
}

describe("generations", () => {
  it("begin with a full ring, the two youngest active", () => {
    const b = bench();
    expect(b.seqs()).toEqual([[0, 0], 3]);
    for (let seq = 0; seq < 4; seq++) b.fill(FILE, seq, 10 ** seq % 7); // 1, 3, 2, 6
    expect([b.host.lruvec.active(FILE), b.host.lruvec.inactive(FILE)]).toEqual([2 + 6, 1 + 3]);
    expect([b.ring.youngest, b.ring.oldest(FILE), b.ring.isEvictable(FILE)]).toEqual([3, 0, true]);
  });

  /*
   *   file   0: -    1: x   2: -  3: -        retires 0 and stops at 1
   *   anon   all empty                        may retire up to min_seq + 2 = max_seq, but not ahead of file
   */
  it("retire what has run empty, down to the two that are never evicted, anon never ahead of file", () => {
    const b = bench();
    b.fill(FILE, 1, 1);
    expect(b.ring.catchUp(true)).toBe(true);
    expect(b.seqs()).toEqual([[1, 1], 3]);
    expect(b.carried).toEqual([ANON, FILE]);
    expect(b.ring.catchUp(true)).toBe(false);

    const empty = bench();
    empty.ring.catchUp(false);
    expect(empty.seqs(), "without swap anon stays where it is").toEqual([[0, 2], 3]);
    expect(empty.ring.isEvictable(FILE)).toBe(false);
  });

  it("file waits for anon, but not if anon cannot be swapped", () => {
    const b = bench();
    b.fill(ANON, 0, 1);
    expect(b.ring.catchUp(true)).toBe(false);
    expect(b.seqs()).toEqual([[0, 0], 3]);
    expect(b.ring.catchUp(false)).toBe(true);
    expect(b.seqs()).toEqual([[0, 2], 3]);
  });

  /*
   *              head ... tail
   *   oldest 0:   x y               y first, then x, each to the tail of 1
   *          1:   z                 z y x        and the place of 0 is the new youngest
   */
  it("a full ring empties its oldest generation into the next before a new one starts", () => {
    const b = bench();
    const [y, x] = b.fill(FILE, 0, 2) as [Folio, Folio];
    b.fill(FILE, 1, 1);
    b.host.folios.flags[y]! |= LRU_REFS_FLAGS | PG_WORKINGSET;
    b.ring.advance(true);
    expect(b.seqs()).toEqual([[1, 1], 4]);
    expect(b.lists.size(FILE, 1)).toBe(3);
    expect(b.lists.tail(FILE, 1)).toBe(x);
    expect(b.host.folios.flags[y], "counts are forgotten, the history as active is not").toBe(
      PG_LRU | PG_WORKINGSET,
    );
    expect(b.ring.youngest).toBe(0);
    b.fill(FILE, 4, 5);
    expect(b.host.lruvec.active(FILE)).toBe(5);
  });

  it("a folio that was promoted meanwhile goes where it belongs, with what is known of it", () => {
    const b = bench();
    const [folio] = b.fill(FILE, 0, 1) as [Folio];
    b.lists.assign(folio, b.ring.youngest);
    b.host.folios.flags[folio]! |= LRU_REFS_FLAGS;
    b.ring.growOlder(folio);
    expect([b.lists.tail(FILE, 3), b.host.folios.klass[folio]]).toEqual([folio, 3]);
    expect(b.host.folios.flags[folio]! & LRU_REFS_FLAGS).toBe(LRU_REFS_FLAGS);
  });

  /*
   * Three generations (min_seq = max_seq - 2), 100 pages. To age:
   *   youngest over 1/2, or the oldest under 1/4
   */
  it.each([
    [50, 25, false],
    [51, 25, true],
    [50, 24, true],
  ])("with %i of 100 pages in the youngest and %i in the oldest, aging is due: %s", (young, old, due) => {
    const b = bench();
    b.clock.minSeq.fill(1);
    b.fill(FILE, 1, old);
    b.fill(FILE, 3, young);
    b.fill(FILE, 2, 100 - young - old);
    expect(b.ring.needAging(true)).toBe(due);
    expect(b.ring.total).toBe(100);
  });

  it("with four generations aging is never due, with two always", () => {
    const b = bench();
    b.fill(FILE, 3, 100);
    expect(b.ring.needAging(true)).toBe(false);
    b.clock.minSeq.fill(2);
    expect(b.ring.needAging(true)).toBe(true);
  });
});
