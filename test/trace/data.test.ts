import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, test } from "vitest";
import { readTraceFile } from "../../lib/trace/parquet.js";
import { readmePath, readmeText } from "../../lib/trace/record/readme.js";
import { WORKLOADS } from "../../lib/trace/record/workloads.js";
import { rowsOfTrace } from "../../lib/trace/rows.js";
import { listTraces } from "../../lib/trace/store.js";

test("every workload has a trace, and every trace a workload", () => {
  expect(listTraces().map(({ name }) => name)).toEqual(WORKLOADS.map(({ name }) => name).sort());
});

test("data/README.md says what the files hold (node dist/trace/record/readme.js)", async () => {
  const text = readFileSync(readmePath, "utf8");
  expect(await readmeText(text)).toBe(text);
});

describe.each(listTraces())("$name", ({ path }) => {
  test("names no folder of the machine that recorded it", () => {
    expect(readFileSync(path).toString("latin1")).not.toMatch(
      /\/work\/|\/root\/|\/home\/|record-[a-z]+-[A-Za-z0-9]{6}/,
    );
  });

  test("DuckDB sees the same rows", async () => {
    const rows = rowsOfTrace(await readTraceFile(path));
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const query = `SELECT page, op, kind, process, count FROM read_parquet('${path.replaceAll("'", "''")}')`;
    const types = await connection.runAndReadAll(`DESCRIBE ${query}`);
    expect(types.getRows().map(([name, type]) => `${name} ${type}`)).toEqual([
      "page UINTEGER",
      "op VARCHAR",
      "kind VARCHAR",
      "process USMALLINT",
      "count UINTEGER",
    ]);
    const columns = (await connection.runAndReadAll(query)).getColumns();
    connection.closeSync();
    const same = (column: ArrayLike<unknown>, ours: ArrayLike<unknown>): number => {
      let i = 0;
      while (i < ours.length && column[i] === ours[i]) i++;
      return i === ours.length && column.length === i ? -1 : i;
    };
    const ours = [rows.page, rows.op, rows.kind, rows.process, rows.count];
    expect(ours.map((column, i) => same(columns[i]!, column))).toEqual([-1, -1, -1, -1, -1]);
  });
});

test("pandas reads the columns with their types", ({ skip }) => {
  const path = listTraces()[0]!.path;
  const script =
    "import sys, pandas; t = pandas.read_parquet(sys.argv[1]); print(len(t), *[f'{n}:{d}' for n, d in t.dtypes.items()])";
  try {
    execFileSync("python3", ["-c", "import pandas, pyarrow"], { stdio: "ignore" });
  } catch {
    skip("python3 has no pandas with pyarrow: pandas check not run");
    return;
  }
  const text = execFileSync("python3", ["-c", script, path], { encoding: "utf8" });
  expect(text).toMatch(/^\d+ page:uint32 op:\S+ kind:\S+ process:uint16 count:uint32\n$/);
});
