import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ghosts } from "../../lib/mechanisms/ghosts.js";
import { NIL } from "../../lib/mm/folio.js";

const PAGES = 12;
const LISTS = 3;

/** A list as an array, oldest first. */
function oldestFirst(ghosts: Ghosts, list: number): number[] {
  const pages: number[] = [];
  for (let page = ghosts.oldest(list); page !== NIL; page = ghosts.newer(page)) pages.push(page);
  return pages;
}

const operations = fc.array(
  fc.oneof(
    fc.record({ op: fc.constant("add" as const), page: fc.nat(PAGES - 1), list: fc.nat(LISTS - 1) }),
    fc.record({ op: fc.constant("remove" as const), page: fc.nat(PAGES - 1), list: fc.constant(0) }),
    fc.record({ op: fc.constant("trim" as const), page: fc.nat(4), list: fc.nat(LISTS - 1) }),
  ),
  { maxLength: 200 },
);

describe("Ghosts", () => {
  it("are ordered lists: as arrays would have it", () => {
    fc.assert(
      fc.property(operations, (all) => {
        const ghosts = new Ghosts(PAGES, LISTS);
        const model: number[][] = Array.from({ length: LISTS }, () => []);
        const dropFrom = (page: number): number => {
          const at = model.findIndex((list) => list.includes(page));
          if (at >= 0) model[at]!.splice(model[at]!.indexOf(page), 1);
          return at;
        };
        for (const { op, page, list } of all) {
          if (op === "add") {
            dropFrom(page);
            model[list]!.push(page);
            ghosts.add(page, list);
          } else if (op === "remove") {
            expect(ghosts.remove(page)).toBe(dropFrom(page));
          } else {
            while (model[list]!.length > page) model[list]!.shift();
            ghosts.trim(list, page);
          }
          for (let i = 0; i < LISTS; i++) {
            expect(oldestFirst(ghosts, i)).toEqual(model[i]);
            expect(ghosts.size(i)).toBe(model[i]!.length);
          }
          for (let p = 0; p < PAGES; p++) {
            expect(ghosts.listOf(p)).toBe(model.findIndex((pages) => pages.includes(p)));
            expect(ghosts.has(p)).toBe(ghosts.listOf(p) !== NIL);
          }
        }
      }),
      { numRuns: 60, seed: 11 },
    );
  });

  it("remember a number for each page, listed or not", () => {
    const ghosts = new Ghosts(4);
    expect(ghosts.memo(2)).toBe(0);
    ghosts.setMemo(2, -7);
    ghosts.add(2);
    ghosts.remove(2);
    expect([ghosts.memo(2), ghosts.memo(3)]).toEqual([-7, 0]);
  });
});
