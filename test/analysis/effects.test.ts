import { describe, expect, it } from "vitest";
import { type Effect, effects, ofTraces, overall, STANDARD_MEASURES } from "../../lib/analysis/effects.js";
import type { Row } from "../../lib/study/run-grid.js";

type Numbers = readonly [refaults: number, pgscan: number, pgrefill: number];

function row(point: string, trace: string, seed: number, [refaults, pgscan, pgrefill]: Numbers): Row {
  return {
    labels: {
      trace,
      point,
      base: "base",
      memory: 0.5,
      memory_max: 500,
      footprint: 1000,
      synthetic: false,
      seed,
      profile: "6.12",
      swap: "zram",
      swappiness: 60,
    },
    status: "ok",
    error: null,
    counters: { workingset_refault: refaults, pgscan, pgrefill },
  } as unknown as Row;
}

const MEASURES = { refaults: "workingset_refault", scanned: ["pgscan", "pgrefill"] } as const;

const find = (all: readonly Effect[], measure: string, trace?: string): Effect =>
  all.find((effect) => effect.measure === measure && effect.trace === trace)!;

describe("effects", () => {
  /*
   *           base           point          refaults    scanned (pgscan + pgrefill)
   *   a       100, 50 + 50   200, 50 + 0    2           0.5
   *   b       100, 10 + 10    50, 10 + 10   0.5         1
   *   idle    equal in all                  1, inert: in no mean
   *   all                                   1 of two    geometric mean of 0.5 and 1
   */
  const rows = [
    row("base", "a", 0, [100, 50, 50]),
    row("point", "a", 0, [200, 50, 0]),
    row("base", "b", 0, [100, 10, 10]),
    row("point", "b", 0, [50, 10, 10]),
    row("base", "idle", 0, [7, 8, 9]),
    row("point", "idle", 0, [7, 8, 9]),
  ];

  it("are ratios of a point to its base, sums of counters included; pages scanned are pgscan and pgrefill", () => {
    const all = effects(rows, MEASURES);
    expect(find(all, "refaults", "a")).toMatchObject({ point: "point", base: "base", ratio: 2, n: 1 });
    expect(find(all, "scanned", "a")).toMatchObject({ ratio: 0.5, inert: false });
    expect(find(all, "scanned", "b").ratio).toBe(1);
    expect(STANDARD_MEASURES["pages scanned"]).toEqual(["pgscan", "pgrefill"]);
    expect(ofTraces(all).length + overall(all).length).toBe(all.length);
    expect(ofTraces(all).length).toBe(2 * 3);
  });

  it("leave a trace that the point changed nothing on out of the summary, and only such a trace", () => {
    const all = effects(rows, MEASURES);
    expect(find(all, "refaults", "idle")).toMatchObject({ ratio: 1, inert: true });
    expect(find(all, "refaults")).toMatchObject({ n: 2 });
    expect(find(all, "refaults").ratio).toBeCloseTo(1, 12);
    // b's ratio of 1 counts: the point changed its refaults, so it is not inert.
    expect(find(all, "scanned")).toMatchObject({ n: 2 });
    expect(find(all, "scanned").ratio).toBeCloseTo(Math.SQRT1_2, 12);
  });

  it("need every pair of a trace to be equal to call it inert", () => {
    const all = effects(
      [
        row("base", "a", 0, [7, 8, 9]),
        row("point", "a", 0, [7, 8, 9]),
        row("base", "a", 1, [7, 8, 9]),
        row("point", "a", 1, [7, 8, 10]),
      ],
      MEASURES,
    );
    expect(find(all, "refaults", "a")).toMatchObject({ ratio: 1, inert: false, n: 2 });
  });

  it("with nothing but inert traces there is no mean", () => {
    const summary = find(effects(rows.slice(4), MEASURES), "refaults");
    expect(summary.n).toBe(0);
    expect(summary.ratio).toBeNaN();
  });

  it("say when a side counts nothing: infinite, or 0, and in no mean", () => {
    const all = effects(
      [
        row("base", "a", 0, [0, 8, 0]),
        row("point", "a", 0, [5, 0, 0]),
        row("base", "b", 0, [10, 10, 10]),
        row("point", "b", 0, [20, 20, 20]),
      ],
      MEASURES,
    );
    expect(find(all, "refaults", "a").ratio).toBe(Number.POSITIVE_INFINITY);
    expect(find(all, "scanned", "a").ratio).toBe(0);
    expect([find(all, "refaults").n, find(all, "scanned").n]).toEqual([1, 1]);
  });

  it("leave out cells without a result together with their partners, and refuse to compare nothing", () => {
    const failed = { ...rows[1]!, status: "oom" } as Row;
    expect(
      ofTraces(effects([rows[0]!, failed, ...rows.slice(2)], MEASURES)).map(({ trace }) => trace),
    ).toEqual(["b", "idle", "b", "idle"]);
    expect(() => effects([rows[0]!, failed])).toThrow("no pairs to compare");
    expect(() => effects(rows, { mine: "pgscam" })).toThrow("unknown counter: pgscam; one of");
  });
});

describe("tests of the summaries", () => {
  // R 4.2.2: r <- log(c(0.9, 0.8, 1.1, 0.95, 0.7, 0.85, 0.99)); s <- as.matrix(expand.grid(rep(list(c(-1, 1)), 7)));
  // mean(abs(s %*% r) >= abs(sum(r))); exp(wilcox.test(r, conf.int = TRUE)$estimate); exp(mean(r))
  const ratios = [0.9, 0.8, 1.1, 0.95, 0.7, 0.85, 0.99];
  const rows = ratios.flatMap((ratio, i) => [
    row("base", `t${i}`, 0, [1000, 1, 1]),
    row("point", `t${i}`, 0, [1000 * ratio, 1, 1]),
    row("other", `t${i}`, 0, [500 + i, 1, 1]),
  ]);
  const all = effects(rows, { refaults: "workingset_refault" });

  it("sign flip, Hodges-Lehmann and mean are R's", () => {
    const [point] = overall(all);
    expect(point!.p).toBe(0.078125);
    expect(point!.typical).toBeCloseTo(0.894266430278, 10);
    expect(point!.ratio).toBeCloseTo(0.890254999013, 10);
  });

  it("are corrected over the points of one base on one measure, and say what n can give", () => {
    const [point, other] = overall(all);
    expect(other).toMatchObject({ p: 2 / 128, pLeast: 2 / 128, pHolm: 4 / 128, n: 7 });
    expect(point).toMatchObject({ pHolm: 0.078125, pLeast: 2 / 128 });
    expect(ofTraces(all).every((effect) => effect.p === undefined)).toBe(true);
  });

  it("of a point that changes nothing there is none", () => {
    const idle = [row("base", "t", 0, [1, 1, 1]), row("point", "t", 0, [1, 1, 1])];
    expect(overall(effects(idle, MEASURES))[0]).toMatchObject({ n: 0, pHolm: null });
  });
});
