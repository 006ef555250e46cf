/* The verdict on policies: those of the package pass, and each kind of wrong one fails where it should. */
import { describe, expect, it } from "vitest";
import { checkPolicy } from "../../lib/conformance/check-policy.js";
import { brokenLaw, timesMin } from "../../lib/conformance/laws.js";
import { policyModule } from "../../lib/conformance/policy-module.js";
import * as policies from "../../lib/policies/index.js";
import { fifo } from "../../lib/policies/index.js";
import type { Policy } from "../../lib/reclaim/ops.js";
import { simulate } from "../../lib/sim/run-cell.js";
import { anonLayout, CELL, traceOf } from "../tiny.js";

const MODULE = new URL("../reclaim/wrong-policies.mjs", import.meta.url).href;

it.each(Object.entries(policies))("%s passes all checks", async (_name, make) => {
  const checks = await checkPolicy(make());
  expect(checks.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  expect(checks).toHaveLength(16);
});

describe("a wrong policy fails where it should", () => {
  it.each([
    ["throws-missed", "hooks", /^missed\(\) at record \d+: threw TypeError: no good/],
    ["unlists", "folios", /^isolate\(folio \d+, page \d+\) at record \d+: lost folio/],
    ["loops-moving", "loops", /^isolate\(folio .* loops for ever/],
    ["loops-silently", "loops", /^isolate\(\) at record \d+: did not come back in 1 s: it loops for ever/],
    ["keeps-all", "frees", /^checkReferences\(folio .* never frees/],
  ])(
    "%s: %s",
    async (kind, check, reason) => {
      const checks = await checkPolicy(
        { name: "wrong", module: MODULE, options: { kind } },
        { stallMs: 1000 },
      );
      expect(checks.filter(({ verdict }) => verdict === "fail")).toEqual(
        (["kernel", "cache"] as const).map((mode) => ({
          mode,
          check,
          verdict: "fail",
          reason: expect.stringMatching(reason),
        })),
      );
    },
    60_000,
  );

  it("one without lists is refused at attach; one with state outside of attach is not the same twice", async () => {
    const listless: Policy = { ...fifo(), attach: () => ({ place() {}, isolate() {} }) };
    let placed = 0;
    const moody: Policy = {
      ...fifo(),
      attach(ctx) {
        const queue = ctx.newLists(1, { mixed: true });
        return {
          place: (folio) => (placed++ % 7 === 3 ? queue.addTail(folio, 0) : queue.add(folio, 0)),
          isolate: (sc) => ctx.takeTail(sc, queue, 1, 0, Number.POSITIVE_INFINITY),
        };
      },
    };
    const failing = async (policy: Policy): Promise<string[]> =>
      (await checkPolicy(policy)).filter(({ verdict }) => verdict === "fail").map(({ check }) => check);
    expect(await failing(listless)).toEqual(["attach", "attach"]);
    expect(await failing(moody)).toEqual(["determinism", "determinism"]);
  });

  it("the laws can be broken", () => {
    const trace = traceOf(
      anonLayout(600),
      Array.from({ length: 2000 }, (_, i) => (i * 7) % 600),
    );
    const { counters } = simulate(CELL, trace, fifo());
    expect(brokenLaw("kernel", counters, trace, 256)).toBeUndefined();
    expect(brokenLaw("kernel", { ...counters, pgsteal: counters.pgscan! + 1 }, trace, 256)).toMatch(
      /^pgsteal/,
    );
    expect(brokenLaw("kernel", { ...counters, nr_access: 7 }, trace, 256)).toMatch(/^nr_access 7 = 2000/);
    expect(timesMin("kernel", counters, trace, 256)).toBeGreaterThan(1);
    expect(timesMin("kernel", { ...counters, nr_alloc: 600 }, trace, 256)).toBeLessThan(1);
  });
});

describe("a policy from its source", () => {
  it("is a module that is named by its content", async () => {
    const source = `export const mine = () => ({ name: "mine", mechanisms: {}, asks: [], attach(ctx) {
      const queue = ctx.newLists(1, { mixed: true });
      return { place: (folio) => queue.add(folio, 0), isolate: (sc) => ctx.takeTail(sc, queue, 1, 0, Infinity) };
    } });`;
    const spec = await policyModule(source);
    expect(spec).toEqual(await policyModule(source));
    expect(spec).toMatchObject({ name: "mine", module: expect.stringMatching(/^file:.*[0-9a-f]{16}\.mjs$/) });
    expect((await policyModule(`${source}\n`)).module).not.toBe(spec.module);
    const checks = await checkPolicy(spec, { modes: ["cache"] });
    expect(checks.map(({ verdict }) => verdict)).toEqual(Array(8).fill("pass"));
  });

  it.each([
    ["const mine = 1;", /0 exports: none; export one/],
    ["export const a = 1; \nexport const b = 2;", /2 exports: a, b; export one, or name it/],
    ["export const a = ;", /cannot load policy source: /],
    ["export const a = 3;", /exports no function a/],
  ])("refuses %s", async (source, message) => {
    await expect(policyModule(source)).rejects.toThrow(message);
  });
});
