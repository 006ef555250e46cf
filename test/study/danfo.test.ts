import { readFileSync } from "node:fs";
import { table } from "arquero";
import { describe, expect, test } from "vitest";
import { type DanfoColumns, toDanfo } from "../../lib/study/danfo.js";
import { InputError } from "../../lib/util/error.js";

/** danfojs as it is, without the adapter. */
interface Raw {
  readonly DataFrame: new (
    columns: Record<string, unknown>,
  ) => {
    readonly ctypes: { readonly values: string[] };
    describe(): unknown;
    add(value: number): { readonly values: unknown };
    groupby(keys: string[]): { col(columns: string[]): { mean(): { readonly values: unknown } } };
  };
}
const raw = async (): Promise<Raw> => ((await import("danfojs-node")) as unknown as { default: Raw }).default;

describe("faults of danfojs 1.2.0 that the adapter keeps away", () => {
  // If one of these fails after an update, the fault is gone, and so may be its guard.
  test("null counts as 0 in the mean of a group", async () => {
    const { DataFrame } = await raw();
    const frame = new DataFrame({ key: ["a", "a"], x: [4, null] });
    expect(frame.groupby(["key"]).col(["x"]).mean().values).toEqual([["a", 2]]);
    await expect(toDanfo({ key: ["a", "a"], x: [4, null] })).rejects.toThrow(
      "missing or infinite value for danfojs, which would count it: null (column x, row 1); filter such rows out",
    );
  });

  test("describe throws on null", async () => {
    const { DataFrame } = await raw();
    expect(() => new DataFrame({ x: [4, null] }).describe()).toThrow(/unexpected type of argument/);
  });

  test("NaN is not left out of a group's mean", async () => {
    const { DataFrame } = await raw();
    const frame = new DataFrame({ key: ["a", "a"], x: [4, Number.NaN] });
    expect(frame.groupby(["key"]).col(["x"]).mean().values).toEqual([["a", Number.NaN]]);
    await expect(toDanfo({ x: [4, Number.NaN] })).rejects.toThrow(/NaN \(column x, row 1\)/);
  });

  test("arithmetic of a frame is float32, describe and groupby are not", async () => {
    const { DataFrame } = await raw();
    const count = 2 ** 24 + 1;
    expect(new DataFrame({ pgscan: [count] }).add(0).values).toEqual([[count - 1]]);
    await expect(toDanfo({ pgscan: [count] })).rejects.toThrow(
      `number beyond 2^24 for danfojs, whose arithmetic is float32: ${count} (column pgscan, row 0)`,
    );
    const frame = await toDanfo({ key: ["a", "a"], pgscan: [count, count] }, { large: "allow" });
    expect(frame.describe().values.slice(3, 4)).toEqual([[count]]);
    expect(frame.groupby(["key"]).col(["pgscan"]).sum().values).toEqual([["a", 2 * count]]);
    await expect(toDanfo({ pgscan: [count - 1] })).resolves.toBeDefined();
  });

  test("typed arrays are taken for rows", async () => {
    const { DataFrame } = await raw();
    expect(() => new DataFrame({ x: new Float64Array([1, 2, 3]) })).toThrow(/Column names length mismatch/);
    expect((await toDanfo({ x: new Float64Array([1, 2, 3]) })).values).toEqual([[1], [2], [3]]);
  });

  test("text that looks like numbers is taken for numbers", async () => {
    const { DataFrame } = await raw();
    const columns = { profile: ["6.12", "7.3"], x: [1, 2] };
    expect(new DataFrame(columns).ctypes.values[0]).not.toBe("string");
    expect((await toDanfo(columns)).describe().columns).toEqual(["x"]);
  });

  test("keys that join to the same text become one group", async () => {
    const { DataFrame } = await raw();
    const columns = { trace: ["a-b", "a"], policy: ["c", "b-c"], x: [1, 2] };
    const merged = new DataFrame(columns).groupby(["trace", "policy"]).col(["x"]).mean();
    expect(merged.values).toEqual([["a-b", "c", 1.5]]);
    const frame = await toDanfo(columns);
    expect(() => frame.groupby(["trace", "policy"])).toThrow(
      'keys that danfojs would mix up: ["a-b","c"] and ["a","b-c"]; group by another column, or rename a value',
    );
    expect(frame.groupby(["trace"]).col(["x"]).mean().values).toEqual([
      ["a-b", 1],
      ["a", 2],
    ]);
  });

  test("an empty table throws about a range", async () => {
    const { DataFrame } = await raw();
    expect(() => new DataFrame({ x: [] })).toThrow(/end must be greater than start/);
    await expect(toDanfo({ x: [] })).rejects.toThrow(/empty table for danfojs: 1 columns, 0 rows/);
  });
});

describe("use", () => {
  test("an arquero table, filtered and ordered", async () => {
    const cells = table({ policy: ["lru", "mglru", "lru"], refaults: [30, 0.1, 10], ok: [true, true, true] });
    const frame = await toDanfo(cells.filter("d => d.refaults >= 1").orderby("refaults"));
    expect(frame.values).toEqual([
      ["lru", 10, true],
      ["lru", 30, true],
    ]);
    expect(frame.groupby(["policy"]).agg({ refaults: ["mean", "max"] }).values).toEqual([["lru", 20, 30]]);
  });

  test("fractions stay doubles", async () => {
    const frame = await toDanfo({ key: ["a", "a"], x: [0.1, 0.3] });
    expect(frame.groupby(["key"]).col(["x"]).mean().values).toEqual([["a", 0.2]]);
  });

  test("importing the adapter does not import danfojs", () => {
    // Loading it takes over a second, which every command would pay.
    const source = readFileSync(new URL("../../lib/study/danfo.ts", import.meta.url), "utf8");
    expect(source).not.toMatch(/^import .*danfojs/m);
    expect(source.match(/import\("danfojs-node"\)/g)).toHaveLength(1);
  });
});

describe("bad input", () => {
  const cases: readonly (readonly [string, DanfoColumns, RegExp])[] = [
    ["no columns", {}, /empty table for danfojs: 0 columns/],
    ["undefined", { x: [1, undefined] }, /undefined \(column x, row 1\)/],
    ["infinity", { x: [Number.POSITIVE_INFINITY] }, /Infinity \(column x, row 0\)/],
    ["bigint", { x: [1n] }, /a bigint for danfojs: 1 \(column x, row 0\); turn it into a number/],
    ["date", { x: [new Date(0)] }, /a object for danfojs/],
    ["mixed", { x: [1, "a"] }, /mixed column for danfojs: a \(column x, row 1\) is a string after a number/],
    ["unequal", { x: [1], y: [1, 2] }, /columns of unequal length for danfojs: y has 2 rows, the first 1/],
  ];
  test.each(cases)("%s", async (_, columns, message) => {
    await expect(toDanfo(columns)).rejects.toThrow(InputError);
    await expect(toDanfo(columns)).rejects.toThrow(message);
  });

  test("group by a column that is not there", async () => {
    const frame = await toDanfo({ x: [1] });
    expect(() => frame.groupby(["policy"])).toThrow("unknown column to group by: policy; use some of x");
  });
});
