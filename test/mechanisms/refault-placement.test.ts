import { expect, it } from "vitest";
import { SPLIT_COUNTS } from "../../lib/mechanisms/access/read-counts.js";
import {
  activeAgain,
  asNew,
  countsAgain,
  hotAgain,
  type RefaultPlacement,
} from "../../lib/mechanisms/workingset/refault-placement.js";
import { packShadow } from "../../lib/mechanisms/workingset/shadow.js";
import { LRU_REFS_SHIFT, PG_ACTIVE, PG_READ_TWICE, PG_WORKINGSET } from "../../lib/mm/folio.js";
import { fileLayout } from "../tiny.js";
import { fakeHost } from "./fake-host.js";

/*
 *                    shadow: 2 reads       shadow: WORKINGSET       a restore
 *   active           ACTIVE                ACTIVE WORKINGSET        the second
 *   counts, a read   -                     -                        neither; from 3 reads on
 *   counts, a fault  full                  full                     both
 *   hot              2 reads               WORKINGSET               the second
 *   new              -                     -                        the second
 */
it("where a refault puts a page", () => {
  const host = fakeHost(fileLayout(8));
  const { flags } = host.folios;
  const back = host.folios.alloc(0, 0);
  const full = SPLIT_COUNTS.mask | PG_READ_TWICE;
  const shadows = [packShadow(1, 2, false), packShadow(1, 2, true)] as const;
  const tried = (placement: RefaultPlacement, inFault = true) =>
    shadows.map((shadow) => {
      flags[back] = 0;
      return [placement.place(back, shadow, inFault), flags[back]];
    });
  expect(tried(activeAgain(host))).toEqual([
    [false, PG_ACTIVE],
    [true, PG_ACTIVE | PG_WORKINGSET],
  ]);
  expect(tried(countsAgain(host), false)).toEqual([
    [false, 0],
    [false, 0],
  ]);
  expect(tried(countsAgain(host))).toEqual([
    [true, full],
    [true, full],
  ]);
  expect(tried(hotAgain(host))).toEqual([
    [false, 2 << LRU_REFS_SHIFT],
    [true, PG_WORKINGSET],
  ]);
  expect(tried(asNew())).toEqual([
    [false, 0],
    [true, 0],
  ]);
});
