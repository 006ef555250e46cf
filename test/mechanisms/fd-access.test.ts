import { describe, expect, it } from "vitest";
import { countReads, markYoung, noFdAccess, twoTouch } from "../../lib/mechanisms/access/fd-access.js";
import { flagUpdates, listMoves } from "../../lib/mechanisms/ages.js";
import { BY_FD } from "../../lib/mm/access.js";
import {
  LRU_REFS_SHIFT,
  PG_ACTIVE,
  PG_LRU,
  PG_READ_TWICE,
  PG_REFERENCED,
  PG_YOUNG,
} from "../../lib/mm/folio.js";
import { fileLayout } from "../tiny.js";
import { fakeHost } from "./fake-host.js";

function bench() {
  const host = fakeHost(fileLayout(8));
  const folio = host.folios.alloc(0, 0);
  host.folios.flags[folio] = PG_LRU;
  return { host, folio, flags: () => host.folios.flags[folio]! & ~PG_LRU };
}

describe("reads through a descriptor", () => {
  /*
   *   read        1            2                      3            4
   *   not active  REFERENCED   told, REFERENCED off   REFERENCED   told ...     (the policy did not act)
   *   active      REFERENCED   nothing                nothing
   */
  it("two-touch: the second read of a folio that is not active is told to the policy, and ages the lruvec", () => {
    const { host, folio, flags } = bench();
    const { accessed } = twoTouch(host);
    accessed(folio);
    expect(flags()).toBe(PG_REFERENCED);
    expect(host.said).toEqual([]);
    accessed(folio);
    expect(flags()).toBe(0);
    expect(host.said).toEqual([{ what: "accessed", folio, source: BY_FD }]);
    expect(host.lruvec.nonresidentAge).toBe(1);
    accessed(folio);
    expect(flags()).toBe(PG_REFERENCED);

    host.folios.flags[folio]! |= PG_ACTIVE;
    accessed(folio);
    accessed(folio);
    expect(flags()).toBe(PG_REFERENCED | PG_ACTIVE);
    expect(host.said.length).toBe(1);
    expect(host.lruvec.nonresidentAge).toBe(1);
  });

  it("refs: counted up to five, on the folio, and nobody is told", () => {
    const { host, folio, flags } = bench();
    const { accessed } = countReads(host);
    const full = PG_REFERENCED | PG_READ_TWICE;
    const expected = [
      PG_REFERENCED,
      full,
      full | (1 << LRU_REFS_SHIFT),
      full | (2 << LRU_REFS_SHIFT),
      full | (3 << LRU_REFS_SHIFT),
      full | (3 << LRU_REFS_SHIFT),
    ];
    for (const after of expected) {
      accessed(folio);
      expect(flags()).toBe(after);
    }
    expect(host.said).toEqual([]);
  });

  it("mark: PG_young; off: no trace", () => {
    const { host, folio, flags } = bench();
    noFdAccess().accessed(folio);
    expect(flags()).toBe(0);
    markYoung(host).accessed(folio);
    expect(flags()).toBe(PG_YOUNG);
  });
});

describe("age updates", () => {
  it("list: queued for activation; flags: the class is written. Neither acts on a folio that is there", () => {
    const { host, folio } = bench();
    host.folios.klass[folio] = 2;
    for (const update of [listMoves(host), flagUpdates(host)]) {
      update.promote(folio, 2);
      update.promote(folio, 3);
    }
    expect(host.said).toEqual([
      { what: "activate", folio },
      { what: "assign", folio, klass: 3 },
    ]);
    expect(host.stat.flag_update).toBe(1);
    host.folios.flags[folio] = 0; // isolated, or in the add batch
    listMoves(host).promote(folio, 3);
    flagUpdates(host).promote(folio, 3);
    expect(host.said.length).toBe(2);
  });
});
