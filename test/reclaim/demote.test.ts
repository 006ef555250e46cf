import { describe, expect, it } from "vitest";
import { FILE, PG_LRU } from "../../lib/mm/folio.js";
import { fifo } from "../../lib/policies/index.js";
import type { Policy } from "../../lib/reclaim/ops.js";
import { fileLayout } from "../tiny.js";
import { bench } from "./bench.js";

/** New folios enter class 1; a batch sends up to `nr` of it down and takes nothing. */
const demoteOnly = (nr: number): Policy => ({
  ...fifo(),
  mechanisms: {},
  attach(ctx) {
    const lists = ctx.newLists(2);
    return {
      place: (folio) => lists.add(folio, 1),
      isolate: (sc) => ctx.demote(sc, lists, FILE, 1, 0, nr),
    };
  },
});

describe("demote", () => {
  /*
   *   1: b+ a+ executable, asked for 32
   *   a, b are looked at once, and go to the head with their accessed bits clear; a second look would send them down
   *   the next scan does, unless they were used again
   */
  it("looks at each folio once, however many it is asked for: executable ones in use stay", () => {
    const b = bench(demoteOnly(32), fileLayout(8, true));
    b.access(0, 1);
    const { stat, folios } = b.core;
    b.step();
    expect([stat.pgrefill, stat.pgdeactivate]).toEqual([2, 0]);
    expect([folios.klass[b.folio(0)], folios.klass[b.folio(1)]]).toEqual([1, 1]);
    b.access(1);
    b.step();
    expect([stat.pgrefill, stat.pgdeactivate]).toEqual([4, 1]);
    expect([folios.klass[b.folio(0)], folios.klass[b.folio(1)]]).toEqual([0, 1]);
  });

  it("empties the batches first: what waits in them is looked at, too", () => {
    const b = bench(demoteOnly(32), fileLayout(8), undefined, {}, { batchSize: 31 });
    b.access(0, 1);
    expect(b.core.folios.flags[b.folio(0)]! & PG_LRU).toBe(0);
    const { ops } = b.core.attached[0]!;
    b.core.sc.beginBatch(1);
    ops.isolate(b.core.sc);
    expect(b.core.stat.pgdeactivate).toBe(2);
  });
});
