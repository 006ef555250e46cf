/* `reclaim-lab results` as a user runs it: what is kept as text, as JSON and as files; exit codes. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fromArrow } from "arquero";
import { beforeAll, describe, expect, it } from "vitest";
import { readStudy, saveManifest } from "../../lib/study/results/manifest.js";
import { openResults } from "../../lib/study/results.js";
import { tempFolder } from "../study/fixtures/cells.js";
import { entryOf } from "../study/fixtures/entry-of.mjs";
import { type Ended, jsonFile, lab, refused, SMALL } from "./lab.js";

const folder = tempFolder();
const results = join(folder, "results");
const spec = SMALL;
const file = (name: string, value: object): string => jsonFile(folder, name, value);

describe("reclaim-lab results", () => {
  const run = (...args: string[]): Promise<Ended> => lab(["results", ...args, "--results", results]);
  const json = async (...args: string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await run(...args, "--json")).stdout);

  beforeAll(async () => {
    await lab(["study", file("small.json", spec), "--results", results]);
    const point = { LRU: "lru", nobody: "nobody" };
    await lab(["study", file("bad-cell.json", { ...spec, name: "bad-cell", point }), "--results", results]);
    const store = await openResults(results);
    for (const seed of [1, 2, 3]) {
      const { hash, key, result } = entryOf(seed);
      await store.save(hash, key, result);
    }
    await store.close();
  });

  it("lists by code, exports the current code only unless told, and shows one with its provenance", async () => {
    const { codes, studies } = (await json("list")) as { codes: object[]; studies: string[] };
    expect(codes).toMatchObject([
      { cells: 4, current: true },
      { cells: 3, current: false, codeDigest: "c".repeat(64) },
    ]);
    expect(studies).toContain("small");
    const rows = (await json("export")) as unknown as { hash: string; pgscan: number }[];
    expect(rows.length).toBe(4);
    expect(((await json("export", "--all")) as unknown as object[]).length).toBe(7);
    const shown = await json("show", rows[0]!.hash.slice(0, 16));
    expect(shown).toMatchObject({ hash: rows[0]!.hash, result: { counters: { pgscan: rows[0]!.pgscan } } });
    expect(shown).toMatchObject({ run: { node: process.version }, made: { ms: expect.any(Number) } });
  });

  it("exports a study as csv, parquet, arrow and json, the same rows in each", async () => {
    const csv = (await run("export", "--study", "small")).stdout.trim().split("\n");
    expect(csv.length).toBe(5);
    expect(csv[0]).toMatch(/^trace,synthetic,point,base,memory,/);
    for (const format of ["csv", "parquet", "arrow", "json"]) {
      const out = join(folder, `table.${format}`);
      expect(await json("export", "--study", "small", "--out", out)).toMatchObject({ rows: 4, format });
    }
    const arrow = fromArrow(readFileSync(join(folder, "table.arrow")));
    expect(arrow.toCSV().trim().split("\n")).toEqual(csv);
    expect(JSON.parse(readFileSync(join(folder, "table.json"), "utf8")).length ?? 0).toBeGreaterThanOrEqual(
      0,
    );
  });

  it("exports why a cell failed", async () => {
    const { rows } = await readStudy(results, "bad-cell");
    expect(rows[1]!.error).toMatch(/^unknown policy: nobody/);
  });

  it("exports of a study tell rows of other code apart, and say how many there are", async () => {
    const { labels } = (await readStudy(results, "small")).rows[0]!;
    const cells = [...(await readStudy(results, "small")).rows, { labels, hash: entryOf(1).hash }];
    await saveManifest(results, {
      name: "mixed",
      cells: cells.map(({ labels, hash }) => ({ labels, hash })),
    });
    const { stdout, stderr } = await run("export", "--study", "mixed", "--json");
    const digests = (JSON.parse(stdout) as { hash: string; code_digest: string; trace_digest: string }[]).map(
      ({ code_digest }) => code_digest,
    );
    expect(digests[4]).toBe("c".repeat(64));
    expect(digests.slice(0, 4)).not.toContain(digests[4]);
    expect(stderr).toContain("warning: 1 of 5 rows are of other code: 1 by code cccccccccccc;");
    expect((await run("export", "--study", "small")).stderr).toBe("");
  });

  it("exports of a design say which cells are no rows, and why", async () => {
    const { point: _, ...axes } = spec;
    const factors = ["walk", "filter"].map((name) => ({
      name,
      off: { [name]: "off" },
      on: { [name]: name === "walk" ? "on" : "bloom" },
    }));
    const design = { ...axes, memory: [0.3], name: "part", kind: "full", policy: { lru: "lru" }, factors };
    await lab(["study", file("part.json", design), "--results", join(folder, "part")]);
    const { stdout, stderr } = await lab([
      "results",
      "export",
      "--study",
      "part",
      "--results",
      join(folder, "part"),
    ]);
    expect(stdout.trim().split("\n").length).toBe(4);
    expect(stderr).toMatch(
      /^note: no rows for 1 invalid cells:\n {2}1 of lru: filter: refused: filter=bloom without walk/,
    );
  });

  it("names what is stale, prunes it, and verifies the rest", async () => {
    expect((await run("stale")).stdout).toMatch(
      /^cccccccccccc +3 results {2}stale .*\nreclaim-lab results prune removes them\n$/,
    );
    expect((await run("prune", "dead")).stderr).toContain("error: no results of code dead");
    expect((await run("prune")).stdout).toBe("3 results removed, 4 left\n");
    expect((await run("stale")).stdout).toBe("none\n");
    expect(await json("verify")).toEqual({ entries: 4, damaged: [], doubled: [], conflicts: [] });
  });

  it("exits with 1 if verify finds something wrong", async () => {
    writeFileSync(join(results, "segments", "x-1-2-3.log"), "0123456789abcdef {}\n0123456789abcdef {}\n");
    const { code, stdout } = await run("verify");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^4 results are whole\ndamaged: .*x-1-2-3\.log:1\n/);
  });

  it.each([
    [[], "no command; use list, show"],
    [["lsit"], "unknown command: lsit"],
    [["list", "x"], "unexpected argument: x"],
    [["export", "--format", "parquet"], "no file for parquet: give --out FILE"],
    [["export", "--out", "a.xls"], "unknown kind of table file: a.xls"],
    [["show", "zz"], "no result zz"],
    [["export", "--study", "nosuch"], "no study nosuch"],
  ])("exits with 2 on bad input: %o", async (args, message) => {
    const { code, stderr } = await refused("results", ...args, "--results", results);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it("a folder that is not there is bad input, and is not made", async () => {
    const { code, stderr } = await refused("results", "list", "--results", join(folder, "nowhere"));
    expect(code).toBe(2);
    expect(stderr).toContain("no results folder");
  });
});
