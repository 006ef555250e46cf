import { describe, expect, it } from "vitest";
import { noLookAround } from "../../lib/mechanisms/access/look-around.js";
import {
  exactReferences,
  flagReferences,
  noReferences,
  rmapReferences,
} from "../../lib/mechanisms/access/references.js";
import { PG_EXEC, PG_YOUNG } from "../../lib/mm/folio.js";
import { PTE_USED, PTE_YOUNG } from "../../lib/mm/memory.js";
import { SHARED } from "../tiny.js";
import { fakeHost, OLD, YOUNG } from "./fake-host.js";

/** Slots of SHARED that map page 250 of file a: executable in process 0, plain in process 1. */
const EXEC = 400 + 250;
const PLAIN = 1300 + 50;
/** A slot whose VMA has no recency. */
const BLIND = 1710;

describe("rmap reference check", () => {
  it("visits all mappings, counts and clears the young ones, and notes an executable one", () => {
    const host = fakeHost(SHARED);
    const around: number[] = [];
    const check = rmapReferences(host, { around: (slot) => void around.push(slot) });
    const folio = host.map(EXEC);
    expect(host.map(PLAIN)).toBe(folio);
    expect(check.check(folio)).toEqual({ vmas: 2, exec: true });
    expect(around).toEqual([EXEC, PLAIN]);
    expect([host.stat.rmap_walk, host.stat.rmap_pte]).toEqual([1, 2]);
    expect(check.check(folio)).toEqual({ vmas: 0, exec: false });
    host.memory.pte[PLAIN]! |= PTE_YOUNG;
    expect(check.check(folio)).toEqual({ vmas: 1, exec: false });
  });

  it("leaves a mapping without recency alone, its bit included", () => {
    const host = fakeHost(SHARED);
    const folio = host.map(BLIND);
    expect(rmapReferences(host, noLookAround()).check(folio).vmas).toBe(0);
    expect(host.memory.pte[BLIND]).toBe(YOUNG);
  });

  it("asks nobody about an unmapped folio, and stops once all mappings are seen", () => {
    const host = fakeHost(SHARED);
    const check = rmapReferences(host, noLookAround());
    const folio = host.map(EXEC, OLD);
    check.check(folio); // one present mapping of two possible ones: the first slot is enough
    expect([host.stat.rmap_walk, host.stat.rmap_pte]).toEqual([1, 1]);
    host.memory.pte[EXEC] = 0;
    host.folios.mapcount[folio] = 0;
    check.check(folio);
    expect([host.stat.rmap_walk, host.stat.rmap_pte]).toEqual([1, 1]);
  });

  it("adds what others have found: PG_young is one young mapping, not one more", () => {
    const host = fakeHost(SHARED);
    const check = rmapReferences(host, noLookAround());
    const folio = host.map(EXEC, OLD);
    host.folios.flags[folio]! |= PG_YOUNG;
    expect(check.check(folio).vmas).toBe(1);
    expect(check.check(folio).vmas).toBe(0);
    host.folios.flags[folio]! |= PG_YOUNG;
    host.memory.pte[EXEC]! |= PTE_YOUNG;
    expect(check.check(folio).vmas).toBe(1);
    expect(host.folios.flags[folio]! & PG_YOUNG).toBe(0);
  });
});

describe("PG_young in the reverse map", () => {
  /*
   *   the mark stands for the first mapping with recency that is met: process 0's, executable
   *   EXEC old, PLAIN old      1 mapping, executable
   *   EXEC old, PLAIN young    2 mappings: the mark, and the one found
   *   only PLAIN mapped        1 mapping, not executable
   */
  it("is the first mapping that is met, with the rule of its VMA", () => {
    const host = fakeHost(SHARED);
    const around: number[] = [];
    const check = rmapReferences(host, { around: (slot) => void around.push(slot) });
    const folio = host.map(EXEC, OLD);
    host.map(PLAIN, OLD);
    host.folios.flags[folio]! |= PG_YOUNG;
    expect(check.check(folio)).toEqual({ vmas: 1, exec: true });
    host.folios.flags[folio]! |= PG_YOUNG;
    host.memory.pte[PLAIN]! |= PTE_YOUNG;
    expect(check.check(folio)).toEqual({ vmas: 2, exec: true });
    expect(around, "nothing to look around from at a mark").toEqual([PLAIN]);
    const other = fakeHost(SHARED);
    const plain = other.map(PLAIN, OLD);
    other.folios.flags[plain]! |= PG_YOUNG;
    expect(rmapReferences(other, noLookAround()).check(plain)).toEqual({ vmas: 1, exec: false });
  });

  it("counts once for a folio that nobody maps: a read left it", () => {
    const host = fakeHost(SHARED);
    const check = rmapReferences(host, noLookAround());
    const folio = host.map(PLAIN, OLD);
    host.memory.pte[PLAIN] = 0;
    host.folios.mapcount[folio] = 0;
    host.folios.flags[folio]! |= PG_YOUNG;
    expect(check.check(folio)).toEqual({ vmas: 1, exec: false });
    expect(check.check(folio)).toEqual({ vmas: 0, exec: false });
    expect(host.stat.rmap_walk).toBe(0);
  });
});

describe("other reference checks", () => {
  it("flags: reads PG_young alone, and no PTE", () => {
    const host = fakeHost(SHARED);
    const folio = host.map(EXEC);
    const check = flagReferences(host);
    expect(check.check(folio).vmas).toBe(0);
    host.folios.flags[folio]! |= PG_YOUNG;
    expect(check.check(folio).vmas).toBe(1);
    expect(check.check(folio).vmas).toBe(0);
    expect(host.memory.pte[EXEC]).toBe(YOUNG);
    expect(host.stat.rmap_walk).toBe(0);
  });

  it("flags: a marked folio that was ever mapped executable is executable", () => {
    const host = fakeHost(SHARED);
    const folio = host.map(EXEC);
    const check = flagReferences(host);
    host.folios.flags[folio]! |= PG_EXEC;
    expect(check.check(folio), "not marked").toEqual({ vmas: 0, exec: false });
    host.folios.flags[folio]! |= PG_YOUNG;
    expect(check.check(folio)).toEqual({ vmas: 1, exec: true });
    host.folios.flags[folio] = PG_YOUNG;
    expect(check.check(folio)).toEqual({ vmas: 1, exec: false });
  });

  it("off: nothing is referenced", () => {
    const host = fakeHost(SHARED);
    expect(noReferences().check(host.map(EXEC)).vmas).toBe(0);
  });
});

describe("exact reference check", () => {
  /*
   *   EXEC used, PLAIN used      2 mappings, executable; asked again: none
   *   a walk has cleared young   the use counts all the same, once
   *   mapped around, not used    young, and no use
   */
  it("knows each use since it last asked, whoever has cleared the accessed bit", () => {
    const host = fakeHost(SHARED);
    const check = exactReferences(host);
    const folio = host.map(EXEC, YOUNG | PTE_USED);
    host.map(PLAIN, YOUNG | PTE_USED);
    expect(check.check(folio)).toEqual({ vmas: 2, exec: true });
    expect(check.check(folio)).toEqual({ vmas: 0, exec: false });
    host.memory.pte[PLAIN] = (host.memory.pte[PLAIN]! | PTE_USED) & ~PTE_YOUNG;
    expect(check.check(folio)).toEqual({ vmas: 1, exec: false });
    host.memory.pte[EXEC]! |= PTE_YOUNG;
    expect(check.check(folio).vmas, "young without a use: fault-around").toBe(0);
    expect([host.stat.rmap_walk, host.stat.rmap_pte], "it costs nothing").toEqual([0, 0]);
  });

  it("believes the mark of a read if nobody maps the folio, and of a walk never", () => {
    const host = fakeHost(SHARED);
    const check = exactReferences(host);
    const folio = host.map(EXEC, OLD);
    host.folios.flags[folio]! |= PG_YOUNG;
    expect(check.check(folio).vmas, "a walk's").toBe(0);
    host.memory.pte[EXEC] = 0;
    host.folios.mapcount[folio] = 0;
    host.folios.flags[folio]! |= PG_YOUNG;
    expect(check.check(folio).vmas, "a read's").toBe(1);
    expect(check.check(folio).vmas).toBe(0);
  });
});
