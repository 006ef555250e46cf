/*
 * Result files in other programs: pandas, DuckDB's own command line, DuckDB for Python. Each is checked where it is
 * installed; arquero, Arrow and danfo come with this package and are always checked.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fromArrow } from "arquero";
import { beforeAll, describe, expect, it } from "vitest";
import { toDanfo } from "../../lib/study/danfo.js";
import { readResults } from "../../lib/study/results/catalog.js";
import { openDatabase } from "../../lib/study/results/database.js";
import { exportTable } from "../../lib/study/results/export.js";
import { openResults } from "../../lib/study/results.js";
import { tempFolder } from "./fixtures/cells.js";
import { entryOf } from "./fixtures/entry-of.mjs";
import { output, pythonWith } from "./fixtures/programs.js";

const folder = tempFolder();
const current = join(folder, "current");
const SEEDS = [3, 1, 2];
const bigSum = SEEDS.reduce((sum, seed) => sum + 2 ** 40 + seed, 0);
const share = SEEDS.reduce((sum, seed) => sum + seed / 7, 0);

beforeAll(async () => {
  const store = await openResults(folder);
  for (const seed of SEEDS) {
    const { hash, key, result } = entryOf(seed);
    await store.save(hash, key, result);
  }
  await store.close();
  const table = await readResults(folder, { all: true });
  for (const ending of ["csv", "parquet", "arrow"]) await exportTable(table, join(folder, `t.${ending}`));
});

const pandas = pythonWith("pandas");
const pandasParquet = pythonWith("pandas", "pyarrow");
const duckdbPython = pythonWith("duckdb");
const duckdb = spawnSync("duckdb", ["--version"]).status === 0;
for (const [name, found] of Object.entries({
  pandas,
  "pandas with pyarrow": pandasParquet,
  "DuckDB for Python": duckdbPython,
  "the duckdb command": duckdb,
})) {
  if (!found) console.log(`skipped: result files in ${name}, which is not installed`);
}

describe("result files", () => {
  it.skipIf(!pandas)("open in pandas: CSV", () => {
    const script =
      "import pandas; t = pandas.read_csv('t.csv', float_precision='round_trip'); print(len(t), t.big.sum(), t['share'].sum(), list(t.seed))";
    expect(output(pandas!, ["-c", script], folder)).toBe(`3 ${bigSum} ${share} [1, 2, 3]`);
  });

  it.skipIf(!pandasParquet)("open in pandas: Parquet and Arrow, ours and the folder's", () => {
    const script = `
import pandas, pyarrow.ipc
for t in [pandas.read_parquet('t.parquet'), pandas.read_parquet('current/cells.parquet'),
          pyarrow.ipc.open_file('t.arrow').read_pandas()]:
    print(len(t), int(t.big.sum()), t['share'].sum(), [int(s) for s in t.seed])`;
    expect(new Set(output(pandasParquet!, ["-c", script], folder).split("\n"))).toEqual(
      new Set([`3 ${bigSum} ${share} [1, 2, 3]`]),
    );
  });

  const QUERY =
    "select count(*) as n, sum(big)::bigint as big, round(sum(share), 6) as share from cells join made using (hash)";

  it.skipIf(!duckdb)("open in DuckDB's command line", () => {
    const line = output(
      "duckdb",
      ["-readonly", "-csv", "-noheader", join(current, "cells.duckdb"), QUERY],
      folder,
    );
    expect(line).toBe(`3,${bigSum},${share.toFixed(6)}`);
  });

  it.skipIf(!duckdbPython)("open in DuckDB for Python", () => {
    const script = `import duckdb; print(duckdb.connect('current/cells.duckdb', read_only=True).sql("${QUERY}").fetchall())`;
    expect(output(duckdbPython!, ["-c", script], folder)).toBe(`[(3, ${bigSum}, ${share.toFixed(6)})]`);
  });

  it("open in DuckDB for Node, and a program that holds the DuckDB file open stops no run", async () => {
    const database = await openDatabase();
    await database.run(`attach '${join(current, "cells.duckdb")}' as kept`); // not read-only: it holds the lock
    const store = await openResults(folder);
    const { hash, key, result } = entryOf(4);
    await store.save(hash, key, result);
    await store.close();
    expect(store.mergeProblem).toBe(undefined);
    const count = async (): Promise<number> =>
      (await database.rows<{ n: number }>("select count(*)::double as n from kept.cells"))[0]!.n;
    expect(await count()).toBe(3); // the generation that it opened
    await database.run("detach kept");
    await database.run(`attach '${join(current, "cells.duckdb")}' as kept (read_only)`);
    expect(await count()).toBe(4);
    database.close();
  });

  it("are arquero, Arrow and danfo tables", async () => {
    const table = await readResults(folder, { all: true });
    expect(table.filter((row: { seed: number }) => row.seed <= 3).numRows()).toBe(3);
    expect(fromArrow(readFileSync(join(folder, "t.arrow"))).get("big", 2)).toBe(2 ** 40 + 3);
    const frame = await toDanfo(table.select("seed", "pgscan"));
    expect(frame.shape).toEqual([4, 2]);
  });
});
