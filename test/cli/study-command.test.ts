/* `reclaim-lab study` as a user runs it: exit codes, what is on stdout and what is not, and going on after Ctrl-C. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../study/fixtures/cells.js";
import { jsonFile, lab, refused, SMALL } from "./lab.js";

const folder = tempFolder();
const results = join(folder, "results");
const spec = SMALL;
const file = (name: string, value: object): string => jsonFile(folder, name, value);

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
