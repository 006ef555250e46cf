import { describe, expect, it } from "vitest";
import { flagUpdates, listMoves } from "../../lib/mechanisms/ages.js";
import { markOnHit, promoteOnHit, promoteOnSecondHit } from "../../lib/mechanisms/young-hit.js";
import { PG_LRU, PG_REFERENCED, PG_YOUNG } from "../../lib/mm/folio.js";
import { fileLayout } from "../tiny.js";
import { fakeHost } from "./fake-host.js";

/** A listed folio of class 0; the top is class 1. */
function bench(flags = 0) {
  const host = fakeHost(fileLayout(8));
  const folio = host.folios.alloc(0, 0);
  host.folios.flags[folio] = PG_LRU | flags;
  host.folios.klass[folio] = 0;
  return { host, folio, ages: listMoves(host), flags: () => host.folios.flags[folio]! & ~PG_LRU };
}

/*
 *   hit        1          2                    3
 *   mark       YOUNG      YOUNG                YOUNG
 *   touch      YOUNG      promoted, YOUNG off  YOUNG      (if the promotion did not act)
 *   promote    promoted   promoted             promoted
 */
describe("a young hit", () => {
  it("mark: is remembered, and changes no age", () => {
    const { host, folio, flags } = bench();
    const { hit } = markOnHit(host);
    for (let i = 0; i < 3; i++) {
      hit(folio, 1);
      expect(flags()).toBe(PG_YOUNG);
    }
    expect(host.said).toEqual([]);
  });

  it("touch: promotes at the second, and starts over", () => {
    const { host, folio, ages, flags } = bench();
    const { hit } = promoteOnSecondHit(host, ages);
    hit(folio, 1);
    expect([flags(), host.said.length]).toEqual([PG_YOUNG, 0]);
    hit(folio, 1);
    expect(flags()).toBe(0);
    expect(host.said).toEqual([{ what: "activate", folio }]);
    hit(folio, 1);
    expect([flags(), host.said.length]).toEqual([PG_YOUNG, 1]);
  });

  it("touch: a folio that was referenced at the tail has its first use behind it", () => {
    const { host, folio, ages, flags } = bench(PG_REFERENCED);
    promoteOnSecondHit(host, ages).hit(folio, 1);
    expect(host.said).toEqual([{ what: "activate", folio }]);
    expect(flags(), "left to the policy").toBe(PG_REFERENCED);
  });

  it("promote: one is enough, by whatever the ages slot does", () => {
    const { host, folio, ages, flags } = bench();
    promoteOnHit(host, ages).hit(folio, 1);
    promoteOnHit(host, flagUpdates(host)).hit(folio, 1);
    expect(host.said).toEqual([
      { what: "activate", folio },
      { what: "assign", folio, klass: 1 },
    ]);
    expect(flags()).toBe(0);
  });
});
