/*
 * The table of a factorial in other programs: a column a factor, so that a model needs no parsing. R's lm and pandas,
 * where they are installed, give the main effects and interactions of `factorialEffects`.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fromArrow, fromCSV } from "arquero";
import { beforeAll, describe, expect, it } from "vitest";
import { factorialEffects } from "../../lib/analysis/factorial.js";
import { pairedDifferences } from "../../lib/analysis/pairs.js";
import { planStudy } from "../../lib/engine/study.js";
import { readStudySpec } from "../../lib/engine/study-spec.js";
import { toDanfo } from "../../lib/study/danfo.js";
import { openDatabase } from "../../lib/study/results/database.js";
import { readStudy } from "../../lib/study/results/manifest.js";
import { studyTable } from "../../lib/study/results/study-table.js";
import { tempFolder } from "./fixtures/cells.js";
import { output, pythonWith } from "./fixtures/programs.js";

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const folder = tempFolder();
const results = join(folder, "results");
const zipf = (N: number) => ({
  generated: "zipf",
  params: { N, T: 20_000, s: 0.8, pw: 0.3 },
  seed: 1,
  region: "anon",
});
const spec = {
  name: "parts",
  kind: "full",
  trace: { small: zipf(2048), large: zipf(4096) },
  memory: [0.3, 0.5],
  between: {
    off: "lru",
    on: "mglru",
    bundle: { placement: ["placement"], "look-around": ["look-around"], PID: ["PID balance"] },
  },
};
const FACTORS = ["placement_on", "look_around_on", "pid_on"];
const FORMULA = `log(workingset_refault) ~ trace:factor(memory) + (${FACTORS.join(" + ")})^2`;

function lab(...args: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [CLI, ...args, "--results", results], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
}

/** Logarithms of the effects, in the order of R's terms, to ten digits behind the point. */
async function ours(): Promise<string[]> {
  const { design } = await planStudy(await readStudySpec(join(folder, "parts.json")));
  const { rows } = await readStudy(results, "parts");
  return factorialEffects(rows, design!).map(({ value }) => digits(Math.log(value)));
}
const digits = (x: number): string => x.toFixed(10).replace(/^-(0\.0+)$/, "$1");

beforeAll(() => {
  writeFileSync(join(folder, "parts.json"), JSON.stringify(spec));
  lab("study", join(folder, "parts.json"), "--out", join(folder, "own"));
  for (const ending of ["csv", "parquet", "arrow"])
    lab("results", "export", "--study", "parts", "--out", join(folder, `t.${ending}`));
});

const R = spawnSync("Rscript", ["--version"]).status === 0;
const pandas = pythonWith("pandas");
for (const [name, found] of Object.entries({ "R's lm": R, pandas }))
  if (!found) console.log(`skipped: a factorial in ${name}, which is not installed`);

describe("the table of a factorial", () => {
  it("has a column of 0 and 1 for each factor, the policy, and each switch that varies", async () => {
    const { table } = await studyTable(results, "parts");
    const names = table.columnNames();
    const more = ["policy", "set_balance", "set_lookaround"];
    expect(names.slice(names.indexOf("swappiness") + 1, names.indexOf("hash"))).toEqual([
      ...FACTORS,
      ...more,
    ]);
    const of = (point: string) =>
      table
        .params({ point })
        .filter((d: { point: string }, $: { point: string }) => d.point === $.point)
        .object(0);
    expect(of("none")).toMatchObject({
      placement_on: 0,
      pid_on: 0,
      policy: "lru",
      set_balance: "cost",
      set_lookaround: 0,
    });
    expect(of("all")).toMatchObject({
      placement_on: 1,
      pid_on: 1,
      policy: "mglru",
      set_balance: "tiers",
      set_lookaround: 64,
    });
    expect(of("all − PID")).toMatchObject({ placement_on: 1, pid_on: 0 });
  });

  it("is balanced: each factor is on in half of the rows, whatever reads the file", async () => {
    const sums = [16, 16, 16];
    const sumsOf = (table: { array(name: string): ArrayLike<unknown> }): number[] =>
      FACTORS.map((name) => Array.from(table.array(name), Number).reduce((sum, x) => sum + x, 0));
    const { readFileSync } = await import("node:fs");
    for (const file of ["t.csv", "own.csv"])
      expect(sumsOf(fromCSV(readFileSync(join(folder, file), "utf8")))).toEqual(sums);
    expect(sumsOf(fromArrow(readFileSync(join(folder, "t.arrow"))))).toEqual(sums);
    const database = await openDatabase();
    for (const file of ["t.csv", "t.parquet", "own.parquet"]) {
      const [row] = await database.rows(
        `select ${FACTORS.map((name) => `sum(${name})::double as ${name}`).join(", ")} from '${join(folder, file)}'`,
      );
      expect(Object.values(row!)).toEqual(sums);
    }
    database.close();
    const { table } = await studyTable(results, "parts");
    const frame = await toDanfo(table.select("workingset_refault", ...FACTORS), { large: "allow" });
    const grouped = frame.groupby(["pid_on"]).col(["placement_on"]).sum();
    expect(grouped.values.map(([pid, sum]) => [pid, sum])).toEqual([
      [0, 8],
      [1, 8],
    ]);
  });

  it("so have its paired differences", async () => {
    const [first] = pairedDifferences((await readStudy(results, "parts")).rows);
    expect(first).toMatchObject({
      base: "none",
      placement_on: 1,
      look_around_on: 0,
      pid_on: 0,
      policy: "mglru",
    });
  });

  it.skipIf(!R)("R's lm gives our main effects and interactions", async () => {
    // Factors as -1/2 and 1/2; an interaction of ours is half of what one factor adds to the other.
    const script = `d <- read.csv("t.csv"); f <- c(${FACTORS.map((name) => `"${name}"`).join(", ")})
      d[f] <- d[f] - 0.5
      b <- coef(lm(${FORMULA}, d)); b <- b[grepl("_on", names(b))]
      cat(sprintf("%.10f", b / ifelse(grepl(":", names(b)), 2, 1)), sep = "\\n")`;
    const found = output("Rscript", ["-e", script], folder)
      .split("\n")
      .map((text) => digits(Number(text)));
    expect(found).toEqual(await ours());
  });

  it.skipIf(!pandas)("pandas gives our main effects", async () => {
    const script = `
import math, pandas
t = pandas.read_csv("t.csv"); t["y"] = t.workingset_refault.map(math.log)
for f in [${FACTORS.map((name) => `"${name}"`).join(", ")}]:
    by = t.groupby(f).y.mean()
    print("%.10f" % (by[1] - by[0]))`;
    const found = output(pandas!, ["-c", script], folder)
      .split("\n")
      .map((text) => digits(Number(text)));
    expect(found).toEqual((await ours()).slice(0, 3));
  });
});
