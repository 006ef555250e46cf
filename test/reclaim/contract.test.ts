/*
 * The proof that a broken policy is caught: each one here breaks the contract in one way, and the message names
 * the hook and the folio. What they all share is FIFO. What happens then: `eject.test.ts`.
 */
import { describe, expect, it } from "vitest";
import { NIL, PG_LRU } from "../../lib/mm/folio.js";
import type { FolioLists } from "../../lib/mm/lists.js";
import { fifo } from "../../lib/policies/index.js";
import { ejectionText } from "../../lib/reclaim/eject/policy-fault.js";
import type { LruvecContext, Policy, ReclaimOps } from "../../lib/reclaim/ops.js";
import { checkInvariants } from "../../lib/sim/invariants.js";
import { boot } from "../../lib/sim/machine.js";
import { replay } from "../../lib/sim/replay.js";
import { simulate } from "../../lib/sim/run-cell.js";
import { anonLayout, CELL, traceOf } from "../tiny.js";

function broken(
  change: (ops: ReclaimOps, lists: FolioLists, ctx: LruvecContext) => Partial<ReclaimOps>,
): Policy {
  return {
    ...fifo(),
    name: "broken",
    attach(ctx) {
      const lists = ctx.newLists(1, { mixed: true });
      const ops = fifo().attach({ ...ctx, newLists: () => lists });
      return { ...ops, ...change(ops, lists, ctx) };
    },
  };
}

const TRACE = traceOf(
  anonLayout(600),
  Array.from({ length: 2000 }, (_, i) => (i * 7) % 600),
);
const run = (policy: Policy): string => {
  const { status, ejected = [] } = simulate(CELL, TRACE, policy);
  return `${status} ${ejected.map(ejectionText).join("; ")}`;
};

describe("a policy that breaks its contract is named", () => {
  it("the sound one runs", () => {
    expect(run(broken(() => ({})))).toBe("ok ");
  });

  it("place loses a folio", () => {
    const policy = broken((ops) => {
      let placed = 0;
      return {
        place(folio, why) {
          if (++placed !== 100) ops.place(folio, why);
        },
      };
    });
    expect(run(policy)).toMatch(/policy broken: place\(folio \d+, page \d+\): .* "new", on no list/);
  });

  it("place loses a folio that was kept", () => {
    const policy = broken((ops) => ({
      place(folio, why) {
        if (why !== "kept") ops.place(folio, why);
      },
      checkReferences: () => "keep",
    }));
    expect(run(policy)).toMatch(/place\(folio \d+, page \d+\): .* "kept", on no list/);
  });

  it("place lists a folio twice", () => {
    const policy = broken((ops) => ({
      place(folio, why) {
        ops.place(folio, why);
        ops.place(folio, why);
      },
    }));
    expect(run(policy)).toMatch(/place\(.*folio \d+ is already on a list/);
  });

  it("isolate offers a folio twice", () => {
    const policy = broken((_ops, lists) => ({
      isolate(sc) {
        const folio = lists.tail(0, 0);
        if (folio === NIL) return;
        sc.take(folio, lists);
        sc.take(folio, lists);
      },
    }));
    expect(run(policy)).toMatch(/isolate\(.* offers folio \d+, which is not on its lists/);
  });

  it("isolate takes more than the batch holds", () => {
    const policy = broken((_ops, lists) => ({
      isolate(sc) {
        for (let folio = lists.tail(0, 0); folio !== NIL; folio = lists.tail(0, 0)) sc.take(folio, lists);
      },
    }));
    expect(run(policy)).toMatch(/isolate\(.* offers more than the batch holds/);
  });

  it("a policy forges the mark of a listed folio", () => {
    const policy = broken((_ops, _lists, ctx) => ({
      place(folio) {
        ctx.folios.flags[folio]! |= PG_LRU;
      },
    }));
    expect(run(policy)).toMatch(/place\(.*on no list/);
  });

  it("never frees: every loop ends, and another takes over", () => {
    const frozen: readonly (readonly [string, Partial<ReclaimOps>])[] = [
      ["isolate", { isolate() {} }],
      ["checkReferences", { checkReferences: () => "keep" }],
      ["checkReferences", { checkReferences: () => "activate" }],
      ["budget", { budget: () => 0 }],
      ["checkReferences", { budget: () => Number.MAX_SAFE_INTEGER, checkReferences: () => "keep" }],
    ];
    for (const [hook, ops] of frozen) {
      expect(run(broken(() => ops))).toMatch(new RegExp(`^ejected policy broken: ${hook}\\(.*never frees`));
    }
  });

  it("makes no lists", () => {
    const policy: Policy = { ...fifo(), name: "listless", attach: () => ({ place() {}, isolate() {} }) };
    expect(() => run(policy)).toThrow("policy listless made no lists");
  });
});

describe("the recount", () => {
  const machine = () => {
    const core = boot(CELL, TRACE, fifo());
    replay(core, TRACE);
    checkInvariants(core);
    const folio = core.attached[0]!.lists!.tail(0, 0);
    return { core, folio, lists: core.attached[0]!.lists! };
  };

  it.each<[string, (m: ReturnType<typeof machine>) => void]>([
    ["mapcount of folio", ({ core, folio }) => core.folios.mapcount[folio]!++],
    ["page of folio", ({ core, folio }) => core.folios.page[folio]!++],
    ["folios in use", ({ core }) => core.folios.nr++],
    ["pages charged", ({ core }) => core.memcg.usage++],
    ["swap slots in use", ({ core }) => core.swap.used++],
    ["size of class 0", ({ lists }) => lists.nr[0]!++],
    ["lruvec gauge 0", ({ core }) => core.lruvecs[0]!.size[0]!++],
    ["without a class", ({ core, folio }) => (core.folios.klass[folio] = 255)],
    ["lists that hold folio", ({ core, folio }) => (core.folios.flags[folio]! &= ~PG_LRU)],
    ["is a loop", ({ core, folio }) => (core.folios.prev[folio] = folio)],
  ])("finds a wrong %s", (message, spoil) => {
    const m = machine();
    spoil(m);
    expect(() => checkInvariants(m.core)).toThrow(message);
  });
});
