import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { regret } from "../../lib/analysis/regret.js";
import type { Row } from "../../lib/study/run-grid.js";
import { row } from "./rows.js";

/** One row for each point and trace; the columns are the traces. */
const rowsOf = (costs: Readonly<Record<string, readonly (number | undefined)[]>>): Row[] =>
  Object.entries(costs).flatMap(([point, own]) => own.map((cost, t) => row(point, `t${t}`, cost)));

describe("a table by hand", () => {
  /*
   *           t0    t1    t2    t3      regret              worst   within 5 %
   *   LRU     100   140   102   104     1    1.4  1.02 1.04  1.4     3/4          minimax
   *   MGLRU   210   100   100   100     2.1  1    1    1     2.1     3/4
   *   FIFO    220   150   102   104     2.2  1.5  1.02 1.04  2.2     2/4          dominated by LRU alone (MGLRU too)
   */
  const found = regret(
    rowsOf({ LRU: [100, 140, 102, 104], MGLRU: [210, 100, 100, 100], FIFO: [220, 150, 102, 104] }),
  );
  const of = (point: string) => found.points.find((own) => own.point === point)!;

  test("regret of each workload", () => {
    expect(found.workloads.length).toBe(12);
    expect(found.workloads[0]).toEqual({
      workload: "t0 0.5",
      trace: "t0",
      memory: 0.5,
      point: "LRU",
      cost: 100,
      regret: 1,
    });
    expect(found.workloads[1]!.regret).toBeCloseTo(2.1, 12);
  });

  test("within the tolerance, worst case, minimax", () => {
    expect(of("LRU")).toMatchObject({ n: 4, best: 1, within: 0.75, worstOn: "t1 0.5", minimax: true });
    expect(of("MGLRU")).toMatchObject({ best: 3, within: 0.75, worstOn: "t0 0.5", minimax: false });
    expect(of("LRU").worst).toBeCloseTo(1.4, 12);
    expect(of("MGLRU").mean).toBeCloseTo(2.1 ** 0.25, 12);
    // MGLRU's worst is the smallest unless t0 is drawn: (3/4)^4 = 32 % of draws.
    expect(of("MGLRU").minimaxShare).toBeCloseTo(0.75 ** 4, 1);
  });

  test("dominance: nowhere more, somewhere less", () => {
    const between = (a: string, b: string) => found.dominance.find((own) => own.a === a && own.b === b)!;
    expect(between("LRU", "FIFO")).toMatchObject({ less: 2, equal: 2, more: 0, dominates: true });
    expect(between("LRU", "MGLRU")).toMatchObject({ less: 1, equal: 0, more: 3, dominates: false });
    expect(of("FIFO").dominatedBy).toEqual(["LRU", "MGLRU"]);
    expect(of("LRU").dominatedBy).toEqual([]);
    // LRU dominates FIFO in a draw unless only t2 and t3 are drawn: 1 - (1/2)^4.
    expect(between("LRU", "FIFO").share).toBeCloseTo(1 - 1 / 16, 1);
  });

  test("pairs of workloads that no single point serves", () => {
    // t0 needs LRU; t1 needs MGLRU; t2 and t3 take either.
    expect(found.unserved.pairs.map(({ a, b, point }) => [a, b, point])).toEqual([
      ["t0 0.5", "t1 0.5", "LRU"],
    ]);
    expect(found.unserved.pairs[0]!.regret).toBeCloseTo(1.4, 12);
    expect(found.unserved).toMatchObject({ n: 6 });
    expect(found.unserved.share).toBeCloseTo(1 / 6, 12);
    expect(found.unserved.lo).toBeLessThanOrEqual(1 / 6);
    expect(found.unserved.hi).toBeGreaterThanOrEqual(1 / 6);
  });
});

test("costs within the tie are equal", () => {
  const rows = rowsOf({ a: [100, 100.4], b: [100.4, 103] });
  const [ab, ba] = regret(rows, { tie: 0.005 }).dominance;
  expect(ab).toMatchObject({ less: 1, equal: 1, more: 0, dominates: true });
  expect(ba).toMatchObject({ less: 0, equal: 1, more: 1, dominates: false });
  expect(regret(rows).dominance[0]).toMatchObject({ less: 2, equal: 0 });
});

test("minimax regret, Savage's criterion: the act with the smallest largest regret, not with the best mean", () => {
  const { points } = regret(rowsOf({ safe: [120, 120, 120], bold: [100, 100, 200] }));
  expect(points.map(({ point, minimax }) => [point, minimax])).toEqual([
    ["safe", true],
    ["bold", false],
  ]);
});

describe("at the edges", () => {
  test("few refaults against none are no infinite regret, and out of memory is", () => {
    const { points, workloads } = regret(rowsOf({ a: [0, 5, undefined], b: [0.3, 5, 10] }));
    expect(workloads.map((own) => own.regret)).toEqual([
      1,
      expect.closeTo(3, 12),
      1,
      1,
      Number.POSITIVE_INFINITY,
      1,
    ]);
    expect(points[0]).toMatchObject({
      mean: Number.POSITIVE_INFINITY,
      lo: null,
      hi: null,
      worstOn: "t2 0.5",
    });
  });

  test("a workload without all points is left out; one trace has no pairs", () => {
    const rows = rowsOf({ a: [1, 2], b: [2] });
    const { points, unserved } = regret(rows);
    expect(points[0]).toMatchObject({ n: 1, within: 1, minimaxShare: 1 });
    expect(unserved).toMatchObject({ n: 0, share: Number.NaN });
  });

  test("seeds are averaged, profiles are workloads of their own", () => {
    const rows = [
      ...["6.1", "7.3"].flatMap((profile) => [
        row("a", "t", 10, { profile }),
        row("a", "t", 30, { profile, seed: 1 }),
        row("b", "t", 10, { profile }),
        row("b", "t", 10, { profile, seed: 1 }),
      ]),
    ];
    const { workloads } = regret(rows);
    expect(workloads.map(({ workload, point, regret: own }) => [workload, point, own])).toEqual([
      ["t 0.5 6.1", "a", 2],
      ["t 0.5 6.1", "b", 1],
      ["t 0.5 7.3", "a", 2],
      ["t 0.5 7.3", "b", 1],
    ]);
  });

  test("errors", () => {
    expect(() => regret(rowsOf({ a: [1] }))).toThrow("nothing to choose between: a");
    expect(() => regret([row("a", "t", 1), row("b", "u", 1)])).toThrow(
      "no workload with a result of every point",
    );
    expect(() => regret(rowsOf({ a: [1], b: [1] }), { within: -1 })).toThrow("bad tolerance: within -1");
  });
});

test("laws: the best has 1, dominance is one-sided and transitive, intervals hold the estimate", () => {
  const costs = fc.integer({ min: 2, max: 6 }).chain((nr) => {
    const own = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: nr, maxLength: nr });
    return fc.record({ a: own, b: own, c: own, d: own });
  });
  fc.assert(
    fc.property(costs, (table) => {
      const { workloads, points, dominance, unserved } = regret(rowsOf(table), { nrResamples: 100 });
      for (const name of new Set(workloads.map(({ workload }) => workload)))
        expect(
          Math.min(...workloads.filter(({ workload }) => workload === name).map((own) => own.regret)),
        ).toBe(1);
      const dominates = (a: string, b: string) =>
        dominance.some((own) => own.a === a && own.b === b && own.dominates);
      for (const { a, b, less, equal, more } of dominance) {
        expect(less + equal + more).toBe(table.a.length);
        if (!dominates(a, b)) continue;
        expect(dominates(b, a)).toBe(false);
        for (const { point: c } of points) if (dominates(b, c)) expect(dominates(a, c)).toBe(true);
      }
      expect(points.some(({ dominatedBy }) => dominatedBy.length === 0)).toBe(true);
      expect(points.some(({ minimax }) => minimax)).toBe(true);
      for (const { within, withinLo, withinHi } of points) {
        expect(withinLo).toBeLessThanOrEqual(within + 1e-12);
        expect(withinHi).toBeGreaterThanOrEqual(within - 1e-12);
      }
      // One point that serves everything leaves no pair unserved.
      if (points.some(({ within }) => within === 1)) expect(unserved.pairs).toEqual([]);
      const shuffled = regret(rowsOf(table).toReversed(), { nrResamples: 100 });
      const worst = (from: typeof points) => Object.fromEntries(from.map((own) => [own.point, own.worst]));
      expect(worst(shuffled.points)).toEqual(worst(points));
      expect(shuffled.unserved.share).toBe(unserved.share);
    }),
    { numRuns: 60 },
  );
});
