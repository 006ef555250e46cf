import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bundle, factorsBetween } from "../../lib/design/between.js";
import { combinationsOf } from "../../lib/design/combinations.js";
import { describeDesign, estimateSeconds } from "../../lib/design/describe.js";
import { type DesignSpec, design } from "../../lib/design/design.js";
import { combinationName, type Factor, pointOf } from "../../lib/design/factor.js";
import * as policies from "../../lib/policies/index.js";
import { resolvePolicy } from "../../lib/sim/resolve-policy.js";
import { runCell } from "../../lib/sim/run-cell.js";
import { resolveSettings } from "../../lib/sim/switchboard.js";
import { InputError } from "../../lib/util/error.js";
import { fakeOpen, TRACES } from "../study/fixtures/cells.js";

const open = fakeOpen(TRACES);
const WALK: Factor = { name: "walk", off: { walk: "off" }, on: { walk: "on" } };
const FILTER: Factor = { name: "filter", off: { filter: "off" }, on: { filter: "bloom" } };
const AROUND: Factor = { name: "look-around", off: { lookaround: 0 }, on: { lookaround: 64 } };
const PID: Factor = { name: "PID", off: { balance: "cost" }, on: { balance: "tiers" } };
const AXES = { trace: ["alpha", "beta"], memory: [0.7, 1] } as const;
const make = (spec: Partial<DesignSpec>) =>
  design(
    { kind: "full", factors: [WALK, FILTER, AROUND], policy: { lru: "lru" }, ...AXES, ...spec } as DesignSpec,
    open,
  );

describe("a full factorial", () => {
  test("has every combination, and lists those that the switchboard refuses, with its words", async () => {
    const ours = await make({});
    expect(ours.size).toMatchObject({ points: 8, traces: 2, memory: 2, cells: 24, distinct: 24, invalid: 8 });
    expect(ours.cells.length + ours.invalid.length).toBe(8 * 2 * 2);
    expect([...new Set(ours.invalid.map(({ labels }) => labels.point))]).toEqual([
      "lru: filter",
      "lru: all − walk",
    ]);
    expect(ours.invalid[0]!.reason).toMatch(/^refused: filter=bloom without walk: .*set walk=on$/);
    expect(ours.places["lru: all − walk"]).toEqual({ group: "lru", on: ["filter", "look-around"] });
    expect(ours.cells[0]!.labels).toMatchObject({ point: "lru: none", base: "lru: none" });
    expect(JSON.parse(JSON.stringify(ours))).toEqual(ours);
  });

  test("says of each cell what running it says", async () => {
    const ours = await make({ trace: ["alpha"], policy: { lru: "lru", mglru: "mglru", fifo: "fifo" } });
    for (const { spec } of ours.cells) {
      expect((await runCell(spec, await open(spec.trace))).status).toBe("ok");
    }
    const { points } = ours;
    for (const { labels, reason } of ours.invalid) {
      const { policy, set } = points[labels.point]!;
      const spec = { ...ours.cells[0]!.spec, policy: { name: policy as string }, set: set! };
      await expect(runCell(spec, await open(spec.trace))).rejects.toThrow(reason);
    }
    expect(ours.invalid.length).toBeGreaterThan(0);
  });

  test("a factor whose needs are off is left out: equal cells, computed once, and none invalid", async () => {
    const ours = await make({ factors: [WALK, { ...FILTER, needs: ["walk"] }] });
    expect(ours.invalid).toEqual([]);
    expect(ours.points["lru: filter"]!.set).toEqual({ walk: "off" });
    expect(ours.size).toMatchObject({ cells: 16, distinct: 12 });
  });

  test("needs: of a list any, of several all; unknown names do not count", () => {
    const factors: Factor[] = [
      WALK,
      AROUND,
      { ...PID, needs: [["walk", "look-around"], "no such factor", ["no such factor"]] },
      { ...FILTER, needs: ["walk", ["look-around"]] },
    ];
    const keys = (mask: number) => Object.keys(pointOf(factors, mask, "lru").set!);
    expect(keys(0b1100)).toEqual(["walk", "lookaround"]);
    expect(keys(0b1101)).toEqual(["walk", "lookaround", "balance"]);
    expect(keys(0b1110)).toEqual(["walk", "lookaround", "balance"]);
    expect(keys(0b1111)).toEqual(["walk", "lookaround", "balance", "filter"]);
  });

  test("less memory than a machine can boot with is invalid", async () => {
    const { invalid, cells } = await make({ memory: [0.5, 0.7], factors: [WALK] });
    expect(invalid.map(({ labels }) => labels.trace)).toEqual(["beta", "beta"]);
    expect(invalid[0]!.reason).toBe("memory.max of 200 pages; the least is 256: use a larger share");
    expect(cells.length).toBe(6);
  });
});

describe("factors between two policies", () => {
  test.each(["6.1", "6.12", "7.3"] as const)("off is the first, on the second, in %s", async (profile) => {
    const factors = await factorsBetween("lru", "mglru", profile);
    for (const [mask, name] of [
      [0, "lru"],
      [2 ** factors.length - 1, "mglru"],
    ] as const) {
      const { policy, set } = pointOf(factors, mask, undefined);
      const made = await resolvePolicy({ name });
      expect(policy).toBe(name);
      expect(resolveSettings(made, set!, profile)).toEqual(resolveSettings(made, {}, profile));
    }
  });

  test("every combination of the eleven of 6.12 is valid", async () => {
    const factors = await factorsBetween("lru", "mglru");
    expect(factors.length).toBe(11);
    for (let mask = 0; mask < 2 ** factors.length; mask++) {
      const { policy, set } = pointOf(factors, mask, undefined);
      resolveSettings(await resolvePolicy({ name: policy as string }), set!, "6.12");
    }
  });

  test("bundles join factors, and need what their parts need and do not bring", async () => {
    const joined = bundle(await factorsBetween("lru", "mglru"), {
      placement: ["placement"],
      access: ["walk", "Bloom filter", "non-leaf bits"],
      ages: ["flag ages", "young rule"],
      tiers: ["tiers", "counted reads"],
    });
    expect(joined.map(({ needs }) => needs)).toEqual([
      undefined,
      undefined,
      [["access", "look-around"]],
      undefined,
    ]);
    expect(joined[1]).toMatchObject({
      off: { walk: "off", filter: "off", nonleaf: "off" },
      on: { walk: "on", filter: "bloom", nonleaf: "on" },
    });
    const ours = await design({ kind: "leave-one-out", factors: joined, ...AXES }, open);
    expect(Object.keys(ours.points)).toEqual([
      "all",
      "all − placement",
      "all − access",
      "all − ages",
      "all − tiers",
    ]);
    expect(ours.points["all − placement"]!.policy).toBe("lru");
    expect(() => bundle(joined, { x: ["walk"] })).toThrow("no such factor: walk (bundle x)");
  });

  const names = Object.values(policies).map(({ name }) => name);
  test.each(["lru", "mglru"])("%s and any other: both ends run, and are the two policies", async (one) => {
    for (const profile of ["6.1", "6.12", "7.3"] as const) {
      for (const other of names.filter((name) => name !== one)) {
        for (const [off, on] of [
          [one, other],
          [other, one],
        ] as const) {
          const factors = await factorsBetween(off, on, profile);
          for (const [mask, name] of [
            [0, off],
            [2 ** factors.length - 1, on],
          ] as const) {
            const made = await resolvePolicy({ name });
            const { set } = pointOf(factors, mask, undefined);
            const ours = `${off} to ${on} in ${profile}: ${name}`;
            expect(resolveSettings(made, set!, profile), ours).toEqual(resolveSettings(made, {}, profile));
          }
        }
      }
    }
  });

  test("what neither has the parts for is no factor; what a policy takes away is needed off", async () => {
    const ours = await factorsBetween("lru", "s3Fifo");
    expect(ours.map(({ name }) => name)).not.toContain("young rule");
    const back = await factorsBetween("mglru", "lru");
    expect(back.find(({ name }) => name === "young rule")!.needs).toEqual([["not walk", "not look-around"]]);
    const joined = bundle(back, { access: ["walk"], ages: ["flag ages"] });
    expect(joined[1]!.needs).toEqual([["not access", "not look-around"]]);
    const made = await design({ kind: "full", factors: ours, ...AXES }, open);
    expect(made.invalid).toEqual([]);
  });

  test("two that are one", async () => {
    await expect(factorsBetween("lru", "lru")).rejects.toThrow('no difference: "lru"');
  });
});

describe("other kinds", () => {
  const four = [WALK, FILTER, AROUND, PID];
  const names = async (spec: Partial<DesignSpec>) =>
    Object.keys((await make({ factors: four, ...spec })).points);

  test("one at a time, in either direction", async () => {
    expect(await names({ kind: "leave-one-out" })).toEqual([
      "lru: all",
      "lru: all − walk",
      "lru: all − filter",
      "lru: all − look-around",
      "lru: all − PID",
    ]);
    expect(await names({ kind: "add-one-in" })).toEqual([
      "lru: none",
      "lru: walk",
      "lru: filter",
      "lru: look-around",
      "lru: PID",
    ]);
    expect(await names({ kind: "one-at-a-time", from: ["walk"] })).toEqual([
      "lru: walk",
      "lru: none",
      "lru: walk + filter",
      "lru: walk + look-around",
      "lru: walk + PID",
    ]);
  });

  test("a fraction carries its aliases", async () => {
    const half = await make({ factors: four, kind: "fraction", generators: ["D=ABC"] });
    expect(half.size.points).toBe(8);
    expect(half.alias).toMatchObject({
      resolution: 4,
      aliases: [
        ["AB", "CD"],
        ["AC", "BD"],
        ["AD", "BC"],
      ],
    });
  });

  test("a random subset: none, all, no combination twice, the same for a seed", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 8 }),
        fc.nat(1000),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (k, drawSeed, share) => {
          const factors = Array.from({ length: k }, (_, i) => ({ ...WALK, name: `f${i}` }));
          const size = 2 + Math.floor(share * (2 ** k - 2));
          const { combinations } = combinationsOf(factors, { kind: "subset", size, drawSeed });
          expect(new Set(combinations).size).toBe(size);
          expect(combinations[0]).toBe(0);
          expect(combinations.at(-1)).toBe(2 ** k - 1);
          expect(combinationsOf(factors, { kind: "subset", size, drawSeed }).combinations).toEqual(
            combinations,
          );
        },
      ),
    );
  });

  test("orders come with their reverse, and all they pass through is run", () => {
    const { orders, combinations } = combinationsOf(four, { kind: "orders", size: 6 });
    expect(orders!.length).toBe(6);
    for (const [i, order] of orders!.entries()) {
      expect([...order].sort()).toEqual([0, 1, 2, 3]);
      if (i % 2 === 1) expect(order).toEqual(orders![i - 1]!.toReversed());
      let mask = 0;
      for (const factor of order) expect(combinations).toContain((mask |= 1 << factor));
    }
  });

  test("names of combinations tell them apart", () => {
    for (let k = 1; k <= 6; k++) {
      const factors = Array.from({ length: k }, (_, i) => ({ ...WALK, name: `f${i}` }));
      const all = Array.from({ length: 2 ** k }, (_, mask) => combinationName(factors, mask));
      expect(new Set(all).size).toBe(2 ** k);
    }
  });
});

test("a design in words, with its time", async () => {
  const factors = [WALK, { ...FILTER, needs: ["walk"] }, PID];
  const half = await make({ factors, kind: "fraction", generators: ["C=AB"], memory: [0.5, 0.7] });
  expect(describeDesign(half, { nsPerVisit: 1000, workers: 2 })).toBe(
    [
      "fraction: 3 factors, 4 points x 2 traces x 2 memory = 16 cells, 12 can run",
      "  A  walk: walk=off | walk=on",
      "  B  filter: filter=off | filter=bloom, needs walk",
      "  C  PID: balance=cost | balance=tiers",
      "generators C=AB; resolution III; I = ABC",
      "not told apart (up to two-way): A = BC; B = AC; C = AB",
      "4 invalid cells:",
      "  4 of lru: PID, lru: walk, lru: filter, lru: all: memory.max of 200 pages; the least is 256: use a larger share",
      "27,200 page visits to replay: about 1 s at 1000 ns a visit on 2 workers",
    ].join("\n"),
  );
  expect(estimateSeconds(half.size, { nsPerVisit: { alpha: 1e6, beta: 0 } })).toBe(24);
  expect(() => estimateSeconds(half.size, { nsPerVisit: { alpha: 1 } })).toThrow("trace beta");
});

test.each([
  [{ policy: undefined }, "no policy: undefined"],
  [{ factors: [] }, "bad factors: 0; give 1 to 20"],
  [{ factors: [WALK, WALK] }, "two factors of one name: walk"],
  [{ factors: [WALK, { ...WALK, name: "again" }] }, "walk is set by two factors: walk and again"],
  [{ factors: [{ ...WALK, name: "a + b" }] }, "bad name: a + b (factor 0)"],
  [{ factors: [{ ...WALK, on: { walk: "off" } }] }, "a factor without change: walk"],
  [{ factors: [{ ...WALK, policy: { off: "lru", on: "mglru" } }] }, "two sources of the policy"],
  [{ kind: "half" }, "unknown kind of design: half"],
  [{ kind: "subset", size: 1 }, "bad size of a subset: 1; give 2 to 8"],
  [{ kind: "orders", size: 3 }, "bad number of orders: 3; give an even number"],
  [{ kind: "one-at-a-time" }, "no from: undefined; give the factors that are on"],
  [{ kind: "fraction" }, "no generators: undefined; give a list"],
  [{ kind: "one-at-a-time", from: ["x"] }, "no such factor: x (from)"],
  [{ kind: "fraction", generators: ["C=AX"] }, "no factor X (generator C=AX)"],
  [{ sizes: [1] }, "unknown axis: sizes"],
])("refuses %j", async (wrong, message) => {
  await expect(make(wrong as unknown as Partial<DesignSpec>)).rejects.toThrow(InputError);
  await expect(make(wrong as unknown as Partial<DesignSpec>)).rejects.toThrow(message);
});
