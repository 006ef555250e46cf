/* The commands as a user runs them: exit codes, what is on stdout and what is not, and going on after Ctrl-C. */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fromArrow } from "arquero";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { main } from "../../lib/cli/main.js";
import { readStudy, saveManifest } from "../../lib/study/results/manifest.js";
import { openResults } from "../../lib/study/results.js";
import { tempFolder } from "../study/fixtures/cells.js";
import { entryOf } from "../study/fixtures/entry-of.mjs";

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const folder = tempFolder();
const results = join(folder, "results");
const spec = {
  name: "small",
  trace: ["copytar"],
  memory: [0.3, 0.6],
  point: { LRU: "lru", MGLRU: "mglru" },
};

function file(name: string, value: object): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(value));
  return path;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run the command line; `interruptAt`: send SIGINT when stderr has this text. */
function lab(args: readonly string[], interruptAt?: string): Promise<Ended> {
  const child = spawn(process.execPath, [CLI, ...args]);
  let [stdout, stderr, sent] = ["", "", false];
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
    if (interruptAt === undefined || sent || !stderr.includes(interruptAt)) return;
    sent = true;
    child.kill("SIGINT");
  });
  return new Promise((done) => child.on("close", (code) => done({ code, stdout, stderr })));
}

/** The same in this process, for what ends before any work. */
async function refused(...args: string[]): Promise<Ended> {
  const out = vi.spyOn(console, "log").mockImplementation(() => {});
  const err = vi.spyOn(console, "error").mockImplementation(() => {});
  try {
    const code = await main(args);
    const text = (spy: typeof out): string => spy.mock.calls.flat().join("\n");
    return { code, stdout: text(out), stderr: text(err) };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

describe("reclaim-lab study", () => {
  it("says size, estimate and what is kept; --dry-run computes nothing", async () => {
    const path = file("small.json", spec);
    const { code, stdout } = await lab(["study", path, "--results", results, "--dry-run", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ study: "small", cells: 4, invalid: [], distinct: 4, kept: 0 });
    const plain = await lab(["study", path, "--results", results, "--dry-run"]);
    expect(plain.stdout).toBe("");
    expect(plain.stderr).toMatch(/4 to compute: about \d+ s on \d+ workers, by a trial of 1 trace/);
  });

  it("tells a design as JSON, its factors with their columns; a broken spec by its line", async () => {
    const { point: _, ...axes } = spec;
    const factors = [{ name: "Look around", off: { lookaround: 0 }, on: { lookaround: 64 } }];
    const path = file("one.json", { ...axes, name: "one", kind: "full", policy: { lru: "lru" }, factors });
    const { stdout } = await refused("study", path, "--results", results, "--dry-run", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      cells: 4,
      design: { kind: "full", factors: [{ ...factors[0], column: "look_around_on" }] },
    });
    writeFileSync(path, '{ "name": "one",\n  "memory": [0.5,] }');
    const broken = await refused("study", path, "--results", results);
    expect([broken.code, broken.stderr]).toEqual([
      2,
      `error: no JSON: ${path} (Unexpected token ']' at line 2, column 18); a module must end in .mjs`,
    ]);
  });

  it("runs what is missing, once, and writes the same files for any number of workers", async () => {
    const path = file("small.json", spec);
    const [first, again] = [join(folder, "first"), join(folder, "again")];
    const ran = await lab(["study", path, "--results", results, "--out", first, "--workers", "2"]);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain("4/4 cells");
    expect(ran.stdout).toMatch(/^small: 4 cells in [\d.]+ s: 4 computed, 0 from earlier runs/);
    const { code, stdout } = await lab(["study", path, "--results", results, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ computed: 0, cached: 4, failed: 0, stale: [], errors: [] });
    await lab(["study", path, "--results", join(folder, "other"), "--out", again, "--workers", "1"]);
    for (const ending of [".csv", ".parquet"])
      expect(readFileSync(`${again}${ending}`).equals(readFileSync(`${first}${ending}`))).toBe(true);
  });

  it("exits with 3 if cells failed, and says which", async () => {
    const path = file("bad-cell.json", {
      ...spec,
      name: "bad-cell",
      point: { LRU: "lru", nobody: "nobody" },
    });
    const { code, stdout } = await lab(["study", path, "--results", results]);
    expect(code).toBe(3);
    expect(stdout).toContain("2 from earlier runs, 2 failed");
    expect(stdout).toContain("failed: copytar, nobody, memory 0.3: unknown policy: nobody");
  });

  it("exits with 2 if no cell can run", async () => {
    const { point: _, ...axes } = spec;
    const factors = [{ name: "filter", off: { filter: "exact" }, on: { filter: "bloom" } }];
    const path = file("none.json", { ...axes, name: "none", kind: "full", policy: { lru: "lru" }, factors });
    for (const args of [[], ["--dry-run"]]) {
      const { code, stderr } = await refused("study", path, "--results", results, ...args);
      expect(code).toBe(2);
      expect(stderr).toContain("error: no cell can run: all 4 are invalid (none); refused: filter=exact");
    }
    const grid = file("lruu.json", { ...spec, name: "lruu", point: { LRU: "lruu" } });
    const { code, stderr } = await refused("study", grid, "--results", results);
    expect(code).toBe(2);
    expect(stderr).toContain("error: no cell can run: all 2 are invalid (lruu); unknown policy: lruu");
  });

  it("--dry-run lists the cells of a grid that cannot run, with the reason", async () => {
    const point = {
      LRU: "lru",
      nobody: "nobody",
      nowhere: { policy: { name: "mine", module: "/nowhere/mine.mjs" } },
      maybe: { policy: "lru", set: { walk: "maybe" } },
      bloom: { policy: "lru", set: { filter: "bloom" } },
    };
    const path = file("grid.json", { ...spec, name: "grid", memory: [0.5], swappiness: [60, 500], point });
    const { code, stdout } = await refused("study", path, "--results", results, "--dry-run", "--json");
    expect(code).toBe(0);
    const { cells, invalid } = JSON.parse(stdout) as {
      cells: number;
      invalid: { labels: { point: string; swappiness: number }; reason: string }[];
    };
    expect([cells, invalid.length]).toEqual([10, 9]);
    const reasonOf = (name: string, value: number): string | undefined =>
      invalid.find(({ labels }) => labels.point === name && labels.swappiness === value)?.reason;
    expect(reasonOf("LRU", 60)).toBeUndefined();
    expect(reasonOf("LRU", 500)).toBe("invalid swappiness: 500; give 0 to 200");
    expect(reasonOf("nobody", 60)).toMatch(/^unknown policy: nobody/);
    expect(reasonOf("nowhere", 60)).toMatch(/^cannot load policy module file:.*mine\.mjs/);
    expect(reasonOf("maybe", 60)).toMatch(/walk.*maybe/);
    expect(reasonOf("bloom", 60)).toMatch(/^refused: filter=bloom without walk/);
    const { stderr } = await refused("study", path, "--results", results, "--dry-run");
    expect(stderr).toContain("9 invalid cells:\n  1 of nobody: unknown policy: nobody;");
    expect(stderr).toContain("  5 of LRU, nobody, nowhere, maybe, bloom: invalid swappiness: 500;");
    expect(stderr).toContain(", 1 to compute: about");
  });

  it("exits with 130 on Ctrl-C, keeps what is finished, and the same command goes on", async () => {
    const seed = Array.from({ length: 20 }, (_, i) => i);
    const path = file("long.json", { ...spec, name: "long", memory: [0.3], seed });
    const args = ["study", path, "--results", join(folder, "long"), "--workers", "1"];
    const first = await lab(args, "4/40 cells");
    expect(first.code).toBe(130);
    expect(first.stderr).toMatch(
      /interrupted: \d+ of 40 cells were finished and are kept in .*; run again for the rest/,
    );
    const done = Number(/interrupted: (\d+) of/.exec(first.stderr)![1]);
    const second = await lab([...args, "--json"]);
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ cells: 40, kept: done, computed: 40 - done });
  });

  it.each([
    [[], "error: no study: give a JSON file or a module; see --help"],
    [["a.json", "b.json"], "error: unexpected argument: b.json; see --help"],
    [["/nowhere.json"], "error: cannot read study: /nowhere.json (ENOENT)"],
    [["a.json", "--workers", "0"], "error: invalid --workers: 0; give a whole number from 1 to 1024"],
    [["a.json", "--wrokers", "2"], "error: unknown option '--wrokers'; see --help"],
  ])("exits with 2 on bad input: %o", async (args, message) => {
    const { code, stdout, stderr } = await refused("study", ...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });
});

describe("reclaim-lab results", () => {
  const run = (...args: string[]): Promise<Ended> => lab(["results", ...args, "--results", results]);
  const json = async (...args: string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await run(...args, "--json")).stdout);

  beforeAll(async () => {
    await lab(["study", file("small.json", spec), "--results", results]);
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
