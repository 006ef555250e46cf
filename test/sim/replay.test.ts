import { describe, expect, it } from "vitest";
import { NIL } from "../../lib/mm/folio.js";
import { PTE_DIRTY } from "../../lib/mm/memory.js";
import * as shelf from "../../lib/policies/index.js";
import { checkInvariants } from "../../lib/sim/invariants.js";
import { boot } from "../../lib/sim/machine.js";
import { replay } from "../../lib/sim/replay.js";
import { SLOT_MASK, WRITE } from "../../lib/trace/trace.js";
import { anonLayout, CELL, fileLayout, traceOf } from "../tiny.js";
import { counters, PAGES } from "./runs.js";

describe("replay", () => {
  it("counts every record, and stops between records for an event", () => {
    const trace = traceOf(
      anonLayout(8),
      [0, 1, 2, 0, 1],
      [
        { at: 0, op: "unmap", start: 0, nr: 8 },
        { at: 3, op: "unmap", start: 0, nr: 1 },
        { at: 3, op: "unmap", start: 1, nr: 1 },
        { at: 5, op: "unmap", start: 2, nr: 1 },
      ],
    );
    const core = boot(CELL, trace, shelf.fifo());
    replay(core, trace);
    checkInvariants(core);
    expect(core.stat.nr_alloc).toBe(5);
    const page = (slot: number) => core.memory.folio(core.memory.page(slot));
    expect([page(0) === NIL, page(1) === NIL, page(2) === NIL]).toEqual([false, false, true]);
  });

  it("an empty trace runs", () => {
    expect(counters(shelf.mglru(), traceOf(anonLayout(8), [])).nr_alloc).toBe(0);
    expect(SLOT_MASK).toBeGreaterThan(PAGES);
  });

  it("the last record may be a hit, a fault or a read", () => {
    for (const records of [
      [0, 0],
      [0, 1],
      [0, 512],
      [512, 512],
    ]) {
      const c = counters(shelf.lru(), traceOf(fileLayout(8), records));
      expect(c.nr_access).toBe(2);
      expect(c.pgfault! + c.nr_fd_access!).toBe(records[0] === 0 && records[1] === 0 ? 1 : 2);
    }
  });

  it("a store on a hit dirties the PTE, a load does not clean it", () => {
    const trace = traceOf(fileLayout(8), [0, 1, (0 | WRITE) >>> 0, 0, (2 | WRITE) >>> 0]);
    const core = boot(CELL, trace, shelf.lru());
    replay(core, trace);
    expect([0, 1, 2].map((slot) => core.memory.pte[slot]! & PTE_DIRTY)).toEqual([PTE_DIRTY, 0, PTE_DIRTY]);
  });
});
