/* Every policy of the package, with every hook of it sabotaged at a random moment: the machine survives, and is recounted. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as policies from "../../lib/policies/index.js";
import { HOOKS } from "../../lib/reclaim/eject/guard.js";
import type { Policy, ReclaimOps } from "../../lib/reclaim/ops.js";
import { simulate } from "../../lib/sim/run-cell.js";
import { resolveSettings } from "../../lib/sim/switchboard.js";
import { CELL, sharedTraces } from "../tiny.js";

/** A policy whose `nr`th call of a hook throws, before or after it has done its work, or does nothing. */
function sabotaged(
  policy: Policy,
  hook: keyof ReclaimOps,
  nr: number,
  how: "early" | "late" | "nothing",
): Policy {
  return {
    ...policy,
    name: "sabotaged",
    attach(ctx) {
      const ops = policy.attach(ctx);
      const sound = ops[hook] as ((...args: unknown[]) => unknown) | undefined;
      if (sound === undefined) return ops;
      let calls = 0;
      const wrong = (...args: unknown[]): unknown => {
        if (++calls !== nr) return sound.apply(ops, args);
        if (how === "late") sound.apply(ops, args);
        if (how !== "nothing") throw new Error("sabotage");
        return undefined;
      };
      return { ...ops, [hook]: wrong };
    },
  };
}

function isRefused(policy: Policy, set: object): boolean {
  try {
    resolveSettings(policy, { ...set }, "6.12");
    return false;
  } catch {
    return true;
  }
}

/** Hooks that a run calls; nobody but the curious calls `inspect`. */
const SABOTAGED = HOOKS.filter((hook) => hook !== "inspect");

describe.each(Object.entries(policies))("%s, sabotaged", (_name, make) => {
  it.each(["kernel", "cache"] as const)("in a %s", (mode) => {
    fc.assert(
      fc.property(
        sharedTraces,
        fc.constantFrom(...SABOTAGED),
        fc.integer({ min: 1, max: 120 }),
        fc.constantFrom("early" as const, "late" as const, "nothing" as const),
        fc.constantFrom({}, { hits: "told" }, { walk: "on", filter: "bloom", lookaround: 64 }),
        (trace, hook, nr, how, wanted) => {
          const set = mode === "cache" || isRefused(make(), wanted) ? {} : wanted;
          const policy = sabotaged(make(), hook, nr, how);
          const spec = { ...CELL, memoryMax: 300, set, ...(mode === "cache" && { mode }) };
          const { status, counters, ejected } = simulate(spec, trace, policy);
          expect(["ok", "ejected"]).toContain(status);
          expect(counters.nr_access).toBe(trace.records.length);
          if (ejected !== undefined) expect(ejected[0]!.policy).toBe("sabotaged");
        },
      ),
      { numRuns: 12, seed: 5 },
    );
  });
});
