import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { op, table } from "arquero";
import { describe, expect, it } from "vitest";
import type { Row } from "../../lib/study/run-grid.js";
import { toTable, writeTable } from "../../lib/study/table.js";
import { tempFolder } from "./fixtures/cells.js";

const labels = {
  trace: "sort",
  synthetic: false,
  point: 'MGLRU, "no" Bloom',
  base: "MGLRU",
  memory: 0.5,
  memory_max: 4096,
  footprint: 8192,
  seed: 0,
  profile: "6.12",
  swap: "zram",
  swappiness: 60,
};
const rows: Row[] = [
  {
    labels,
    hash: "a",
    status: "ok",
    error: null,
    counters: { pgscan: 2 ** 24 + 1, workingset_refault: 2 ** 53 - 1 },
  },
  { labels: { ...labels, seed: 1 }, hash: "b", status: "oom", error: null, counters: { pgscan: 0 } },
  {
    labels: { ...labels, seed: 2 },
    hash: null,
    status: "error",
    error: 'two\nlines, "quoted"',
    counters: {},
  },
];

async function query(sql: string): Promise<unknown[]> {
  const connection = await (await DuckDBInstance.create()).connect();
  const reader = await connection.runAndReadAll(sql);
  connection.closeSync();
  return reader.getRowObjectsJS();
}

describe("toTable", () => {
  it("has labels, status, error, then counters by name; a missing counter is null, which means pass over", () => {
    const data = toTable({ rows });
    expect(data.columnNames()).toEqual([
      ...Object.keys(labels),
      "status",
      "error",
      "pgscan",
      "workingset_refault",
    ]);
    expect([...(data.array("pgscan") as Iterable<unknown>)]).toEqual([2 ** 24 + 1, 0, null]);
    const { mean } = data.rollup({ mean: op.mean("workingset_refault") }).object() as { mean: number };
    expect(mean).toBe(2 ** 53 - 1);
  });

  it("refuses a counter that would hide a label", () => {
    const row = { ...rows[0]!, counters: { seed: 1 } };
    expect(() => toTable({ rows: [row] })).toThrow("counter with the name of a label: seed");
  });
});

describe("writeTable", () => {
  it("DuckDB reads from Parquet what was in the table: types, large integers, nulls", async () => {
    const folder = tempFolder();
    const { parquet } = await writeTable(toTable({ rows }), join(folder, "study"));
    const types = await query(
      `select column_name as name, column_type as type from (describe select * from '${parquet}')`,
    );
    expect(Object.fromEntries(types.map((row) => Object.values(row as object)))).toMatchObject({
      trace: "VARCHAR",
      synthetic: "BOOLEAN",
      memory: "DOUBLE",
      memory_max: "BIGINT",
      error: "VARCHAR",
      pgscan: "BIGINT",
      workingset_refault: "BIGINT",
    });
    const read = (await query(`select * from '${parquet}'`)) as Record<string, unknown>[];
    expect(read[0]).toMatchObject({
      ...labels,
      memory_max: 4096n,
      footprint: 8192n,
      seed: 0n,
      swappiness: 60n,
    });
    expect(read.map(({ pgscan }) => pgscan)).toEqual([16_777_217n, 0n, null]);
    expect(read.map(({ workingset_refault }) => workingset_refault)).toEqual([
      9_007_199_254_740_991n,
      null,
      null,
    ]);
    expect(read.map(({ error }) => error)).toEqual([null, null, 'two\nlines, "quoted"']);
    expect(readdirSync(folder).sort()).toEqual(["study.csv", "study.parquet"]);
  });

  it("DuckDB reads the same from CSV", async () => {
    const { csv, parquet } = await writeTable(toTable({ rows }), join(tempFolder(), "study"));
    expect(await query(`select * from read_csv('${csv}', types = {'profile': 'VARCHAR'})`)).toEqual(
      await query(`select * from '${parquet}'`),
    );
  });

  it("writes the rows in the table's order, filtered and sorted as it is", async () => {
    const data = table({ x: [3, 1, 2] })
      .filter("d => d.x < 3")
      .orderby("x");
    const { csv, parquet } = await writeTable(data, join(tempFolder(), "study"));
    expect(await query(`select * from '${parquet}'`)).toEqual([{ x: 1n }, { x: 2n }]);
    expect(await query(`select * from '${csv}'`)).toEqual([{ x: 1n }, { x: 2n }]);
  });

  it("writes the same bytes for the same table", async () => {
    const [a, b] = [join(tempFolder(), "a"), join(tempFolder(), "b")];
    const [first, second] = [await writeTable(toTable({ rows }), a), await writeTable(toTable({ rows }), b)];
    const { readFileSync } = await import("node:fs");
    for (const kind of ["csv", "parquet"] as const)
      expect(readFileSync(first[kind]).equals(readFileSync(second[kind]))).toBe(true);
  });

  it.each([
    [[1, "a"], "column of number and string: x"],
    [[new Date(0)], "column of object: x"],
  ])("refuses a column that no file type fits: %o", async (values, message) => {
    await expect(writeTable(table({ x: values }), join(tempFolder(), "study"))).rejects.toThrow(message);
  });
});
