import { expect, it } from "vitest";
import { implicitDeactivation } from "../../lib/mechanisms/deactivation.js";
import { ANON, type Folio, PG_ACTIVE, PG_WORKINGSET } from "../../lib/mm/folio.js";
import { ClassLists } from "../../lib/mm/lists.js";
import { PTE_YOUNG } from "../../lib/mm/memory.js";
import { anonLayout } from "../tiny.js";
import { fakeHost } from "./fake-host.js";

/*
 *   before   [ active d c b ]   [ inactive a ]     oldest at the right
 *   after    [ active ]         [ inactive d c b a ]
 */
it("implicit: the class goes down whole and in its order, unseen", () => {
  const host = fakeHost(anonLayout(8));
  const { stat, lruvec, folios, memory } = host;
  const lists = new ClassLists(folios, lruvec, stat, 2, false);
  lists.setActive(1, true);
  const [a, b, c, d] = [0, 1, 2, 3].map((slot) => host.map(slot)) as [Folio, Folio, Folio, Folio];
  lists.add(a, 0);
  for (const folio of [b, c, d]) {
    lists.add(folio, 1);
    folios.flags[folio]! |= PG_ACTIVE;
  }
  const [locks, moves] = [stat.lru_lock, stat.list_move];
  expect(implicitDeactivation(host).demote(lruvec, lists, ANON, 1, 0, 3)).toBe(3);
  const order: Folio[] = [];
  for (let folio = lists.tail(ANON, 0); folio >= 0; folio = lists.tail(ANON, 0)) {
    order.push(folio);
    lists.remove(folio);
  }
  expect(order, "from the tail: what was inactive, then the active ones, oldest first").toEqual([a, b, c, d]);
  expect(lists.isEmpty(ANON, 1)).toBe(true);
  for (const folio of [b, c, d]) {
    expect(folios.flags[folio]! & (PG_ACTIVE | PG_WORKINGSET)).toBe(PG_WORKINGSET);
    expect(memory.pte[folios.page[folio]!]! & PTE_YOUNG, "its accessed bit stands").toBe(PTE_YOUNG);
  }
  expect([stat.lru_lock - locks, stat.list_move - moves], "one edit").toEqual([1, 1]);
  expect([stat.pgdeactivate, stat.pgrefill, stat.rmap_walk]).toEqual([3, 0, 0]);
});
