import { describe, expect, it } from "vitest";
import { fifo, lru } from "../../lib/policies/index.js";
import { charge } from "../../lib/reclaim/charge.js";
import { fault } from "../../lib/reclaim/fault.js";
import type { Policy } from "../../lib/reclaim/ops.js";
import { checkInvariants } from "../../lib/sim/invariants.js";
import { simulate } from "../../lib/sim/run-cell.js";
import { anonLayout, CELL, traceOf } from "../tiny.js";
import { bench } from "./bench.js";

describe("charge", () => {
  /*
   *   max 200     1st page: 64 charged, stock 63     2nd .. 64th: from the stock
   *               65th: 64 more ...  193rd: 64 do not fit, 1 does: 193, then one by one up to 200
   *               201st: reclaim
   */
  it("takes 64 pages at once while they fit, then one at a time, then reclaims", () => {
    const { core } = bench(fifo(), anonLayout(400), undefined, {}, { max: 200 });
    const seen: [number, number][] = [];
    for (let slot = 0; slot < 201; slot++) {
      fault(core, slot, false);
      seen.push([core.memcg.usage, core.memcg.stock]);
    }
    expect([seen[0], seen[63], seen[64], seen[191], seen[192], seen[199]]).toEqual([
      [64, 63],
      [64, 0],
      [128, 63],
      [192, 0],
      [193, 0],
      [200, 0],
    ]);
    expect(core.stat.allocstall).toBe(1);
    // 32 at least; priorities 7 to 3 look at 1/2^priority of what is left: 1 + 3 + 6 + 11 + 22
    expect(core.stat.pgsteal).toBe(43);
    expect(seen[200]).toEqual([200 - 43 + 1, 0]);
    checkInvariants(core);
  });

  it("after a reclaim, a batch is charged ahead again only if all of it fits", () => {
    const { core } = bench(fifo(), anonLayout(400), undefined, {}, { max: 200 });
    for (let slot = 0; slot < 202; slot++) fault(core, slot, false);
    expect([core.memcg.usage, core.memcg.stock], "158 + 64 > 200").toEqual([159, 0]);
  });

  /*
   * SEMANTICS scenario 15. Nothing can be freed (no swap). Runs of reclaim for the failing charge:
   *   1   then the stock is drained (it is empty)
   *   2 .. 17   16 fruitless retries
   *   18  no retry left: out of memory
   */
  it("gives up after 16 fruitless retries, and says oom", () => {
    const { core } = bench(lru(), anonLayout(400), undefined, {}, { max: 200, swapSlots: 0 });
    for (let slot = 0; slot < 200; slot++) expect(fault(core, slot, false)).toBe(true);
    expect(fault(core, 200, false)).toBe(false);
    expect([core.stat.allocstall, core.stat.oom_kill]).toEqual([18, 1]);
    expect(core.memcg.usage).toBe(200);
    checkInvariants(core);
  });

  it("a cell that runs out of memory ends there, with its counters", () => {
    const records = Array.from({ length: 400 }, (_, slot) => slot);
    const { status, counters } = simulate(
      { ...CELL, swap: "none" },
      traceOf(anonLayout(400), records),
      lru(),
    );
    expect([status, counters.oom_kill, counters.nr_alloc]).toEqual(["oom", 1, 256]);
  });

  it("retries without limit while reclaim frees something", () => {
    // Frees one folio a run, and never enough at once: the policy stops after one candidate.
    const oneAtATime: Policy = {
      ...fifo(),
      attach(ctx) {
        const ops = fifo().attach(ctx);
        return {
          ...ops,
          budget: (sc) => (sc.priority === 0 && sc.nrBatches === 0 ? 1 : 0),
        };
      },
    };
    const { core } = bench(oneAtATime, anonLayout(400), undefined, {}, { max: 100 });
    for (let slot = 0; slot < 300; slot++) expect(fault(core, slot, false)).toBe(true);
    expect(core.stat.allocstall).toBe(200);
    expect(core.stat.pgsteal).toBe(200);
  });

  it("drains the stock before it gives up", () => {
    const { core } = bench(fifo(), anonLayout(400), undefined, {}, { max: 200, swapSlots: 0 });
    fault(core, 0, false); // stock 63
    expect(charge(core, core.memcg, 190), "needs what the stock holds").toBe(true);
    expect([core.memcg.usage, core.memcg.stock]).toEqual([191, 0]);
    core.memcg.uncharge(190);
  });
});
