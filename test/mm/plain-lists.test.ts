/* Plain lists against ClassLists, which have a model of their own: the same calls, the same order. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Folio, Folios, NIL } from "../../lib/mm/folio.js";
import { ClassLists, type FolioLists } from "../../lib/mm/lists.js";
import { Lruvec } from "../../lib/mm/lruvec.js";
import { Memcg } from "../../lib/mm/memcg.js";
import { PlainList, PlainLists } from "../../lib/mm/plain-lists.js";
import { Vmstat } from "../../lib/mm/vmstat.js";

const FOLIOS = 8;

function classLists(nrClasses: number): ClassLists {
  const folios = new Folios(FOLIOS);
  for (let i = 0; i < FOLIOS; i++) folios.alloc(i, 0);
  return new ClassLists(folios, new Lruvec(0, new Memcg("test", 100), 0), new Vmstat(), nrClasses, true);
}

function oldestFirst(lists: FolioLists, klass: number): Folio[] {
  const all: Folio[] = [];
  for (let folio = lists.tail(1, klass); folio !== NIL; folio = lists.newer(folio)) all.push(folio);
  return all;
}

const plainLists = (nr: number): FolioLists =>
  nr === 1 ? new PlainList(FOLIOS) : new PlainLists(FOLIOS, nr);

describe.each([1, 3])("plain lists of %i classes", (nrClasses) => {
  it("do what ClassLists do", () => {
    const operation = fc.record({
      op: fc.constantFrom("add", "addTail", "addBehind", "remove", "move", "moveTail"),
      folio: fc.nat(FOLIOS - 1),
      klass: fc.nat(nrClasses - 1),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 150 }), (all) => {
        const both: FolioLists[] = [plainLists(nrClasses), classLists(nrClasses)];
        for (const { op, folio, klass } of all) {
          const listed = both[0]!.has(folio);
          for (const lists of both) {
            if (!listed && op === "add") lists.add(folio, klass);
            else if (!listed && op === "addTail") lists.addTail(folio, klass);
            else if (!listed && op === "addBehind") lists.addBehind(folio, lists.tail(0, klass), klass);
            else if (listed && op === "remove") lists.remove(folio);
            else if (listed && op === "move") lists.move(folio, klass);
            else if (listed && op === "moveTail") lists.move(folio, klass, true);
          }
          const [plain, full] = both as [FolioLists, FolioLists];
          for (let k = 0; k < nrClasses; k++) {
            expect(oldestFirst(plain, k)).toEqual(oldestFirst(full, k));
            expect([plain.size(1, k), plain.isEmpty(1, k)]).toEqual([full.size(1, k), full.isEmpty(1, k)]);
            expect(plain.nr[k]).toBe(full.nr[k]);
          }
          for (let f = 0; f < FOLIOS; f++) {
            expect([plain.has(f), plain.classOf(f)]).toEqual([full.has(f), full.classOf(f)]);
          }
        }
      }),
      { numRuns: 60, seed: 11 },
    );
  });

  it("refuse what would break them", () => {
    const lists = plainLists(nrClasses);
    expect(() => lists.remove(3)).toThrow("folio 3 is not on a list");
    expect(() => lists.move(3, 0)).toThrow("folio 3 is not on a list");
    lists.add(3, 0);
    expect(() => lists.add(3, 0)).toThrow("folio 3 is already on a list");
  });
});
