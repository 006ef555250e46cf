/*
 * `reclaim-lab run` from the outside: what it prints, what it refuses, and that it predicts what it says.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../lib/cli/main.js";
import { run, runTable } from "../lib/cli/run-command.js";
import { readRunOptions } from "../lib/cli/run-options.js";
import { packageRoot } from "../lib/notebook/scrub.js";
import { POLICIES } from "../lib/sim/resolve-policy.js";
import { runCell } from "../lib/sim/run-cell.js";
import { rigRecords, rigWorkloads } from "../lib/trace/generators/rig.js";
import { openTrace } from "../lib/trace/store.js";
import { InputError } from "../lib/util/error.js";
import { LRU_GEN_ENABLED, ofLruGen } from "../lib/validate/lru-gen.js";
import { pinnedPages } from "../lib/validate/rig-machine.js";

let folder: string;
let zipf: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "run-command-"));
  zipf = join(folder, "zipf.bin");
  writeFileSync(zipf, rigRecords(rigWorkloads(1024, 0.5).zipf10_a!));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const args = (...more: string[]): string[] => ["--trace", zipf, "--memory-max", "512", ...more];

/** The cell of a command line, for a trace of 1024 anonymous pages. */
const cell = (...more: string[]) => readRunOptions(args(...more))!.cell(1024);

describe("the cell", () => {
  it("has the rig's machine for the rig's format, and MGLRU with all bits by default", () => {
    expect(cell()).toEqual({
      trace: { recorded: zipf, pages: { format: "rig", fileAccess: "mmap", stride: 1 } },
      memoryMax: 512,
      ...ofLruGen(7),
      profile: "6.12",
      swap: "zram",
      swappiness: 60,
      seed: 1,
      machine: { kernelMemory: true, loadsFirst: true, metadata: 2, pinned: 7, pace: 1, checkpoints: 10 },
    });
  });

  it("takes names in any spelling; lru in a cache is the textbook's", () => {
    const named = (...more: string[]) => cell("--policy", ...more).policy.name;
    expect([named("LRU"), named("S3FIFO"), named("2q")]).toEqual(["lru", "s3-fifo", "two-q"]);
    const cached = (name: string) =>
      readRunOptions([...args("--policy", name), "--mode", "cache"])!.cell(1024).policy.name;
    expect(["lru", "LRU", "active-inactive", "opt", "constructor"].map(cached)).toEqual([
      "plain-lru",
      "plain-lru",
      "lru",
      "min",
      "constructor",
    ]);
    expect(named("active-inactive"), "everywhere").toBe("lru");
    const { fallback } = readRunOptions(args("--mode", "cache", "--fallback", "lru"))!.cell(1024);
    expect(fallback).toEqual({ name: "plain-lru" });
  });

  it("changes each part of the machine alone", () => {
    const { machine } = cell();
    expect(cell("--checkpoints", "1").machine).toEqual({ ...machine, checkpoints: 1 });
    expect(cell("--pace", "0.5").machine).toEqual({ ...machine, pace: 0.5 });
    expect(cell("--pinned", "0").machine).toEqual({ ...machine, pinned: 0 });
    expect(cell("--metadata", "0").machine).toEqual({ ...machine, metadata: 0 });
    expect(cell("--no-kernel-memory").machine).toEqual({ ...machine, kernelMemory: false });
    expect(cell("--fault-around", "65536").machine).toEqual({ ...machine, faultAround: 16 });
    expect(cell("--pace", "off").machine).not.toHaveProperty("pace");
  });

  it("has no machine for other formats, unless asked", () => {
    expect(cell("--format", "list")).not.toHaveProperty("machine");
    expect(cell("--format", "parquet", "--pace", "2").machine).toEqual({ pace: 2 });
  });

  it("takes numbers, booleans and words as switches", () => {
    expect(cell("--set", "walkEvery=0.5", "--set", "nonleaf=off", "--set", "x=true").set).toEqual({
      walkEvery: 0.5,
      nonleaf: "off",
      x: true,
    });
  });

  it("in cache mode is a cell without a kernel, its policy with options", () => {
    const { mode, policy, swap } = cell("--mode", "cache", "--policy", 'x:{"share":0.2,"deep":true}');
    expect({ mode, policy, swap }).toEqual({
      mode: "cache",
      policy: { name: "x", options: { share: 0.2, deep: true } },
      swap: "none",
    });
    expect(cell("--mode", "cache")).not.toHaveProperty("machine");
  });

  it("reads lru_gen/enabled as the kernel does", () => {
    const [off, core, walk, noWalk, all] = LRU_GEN_ENABLED.map((bits) =>
      cell("--lru-gen-enabled", String(bits)),
    );
    expect(off!.policy).not.toEqual(core!.policy);
    expect(core!.set).toEqual({ walk: "off" });
    expect(walk!.set).toEqual({ nonleaf: "off" });
    expect(noWalk).toEqual(core);
    expect(all!.set).toEqual({});
  });

  it("pins what the replayer locks: buffers and a bit for each anonymous page", () => {
    // unevictable_now of the measured runs: 16384 pages 6; 65536 pages 8
    expect([0, 16384, 32768, 65536].map(pinnedPages)).toEqual([7, 7, 8, 9]);
  });
});

describe("refused", () => {
  it.each([
    [["--policy", ofLruGen(0).policy.name, "--lru-gen-enabled", "7"], /--policy .* with --lru-gen-enabled 7/],
    [["--lru-gen-enabled", "1", "--set", "walk=on"], /--set walk=on with --lru-gen-enabled 1/],
    [["--lru-gen-enabled", "2"], /invalid --lru-gen-enabled: 2; give 0, 1, 3, 5, 7/],
    [["--memory-max", "8k"], /invalid --memory-max: 8k/],
    [["--profile", "5.15"], /invalid --profile: 5.15; give 6.1, 6.12, 7.3/],
    [["--swap", "ssd"], /invalid --swap: ssd; give zram, disk, none/],
    [["--swappiness", "201"], /invalid --swappiness: 201/],
    [["--fault-around", "5000"], /invalid --fault-around: 5000/],
    [["--kernel-memory", "--no-kernel-memory"], /--kernel-memory with --no-kernel-memory/],
    [["--set", "walk"], /invalid --set: walk/],
    [["--set", "walk=on", "--set", "walk=off"], /--set walk given twice/],
    [["--format", "frob"], /invalid --format: frob; give rig, parquet, list, oracleGeneral, csv, block/],
    [["--format", "parquet", "--stride", "2"], /--stride 2 with --format parquet/],
    [
      ["--timeline", "t.txt"],
      /invalid --timeline: t.txt; give a file that ends in .csv, .parquet, .arrow or .json/,
    ],
    [["--samples", "5"], /refused: --samples 5 without --timeline FILE/],
    [["--timeline", "t.csv", "--samples", "0"], /invalid --samples: 0/],
    [["--timeline", "t.csv", "--mode", "cache"], /refused: --timeline with --mode cache/],
    [["--frob"], /unknown option '--frob'; see --help/],
    [["--mode", "disk"], /invalid --mode: disk; give kernel, cache/],
    [["--mode", "cache", "--swap", "zram"], /--swap with --mode cache: a cache has no kernel/],
    [["--mode", "cache", "--no-kernel-memory"], /--no-kernel-memory with --mode cache/],
    [["--policy", "x:{"], /invalid --policy: x:\{: .*give NAME or NAME:JSON/],
    [
      ["--mode", "cache", "--policy", "opt", "--set", "admission=tinylfu"],
      /refused: --set admission=tinylfu with --policy min: min is the bound/,
    ],
    [["--mode", "cache", "--policy", 'min:{"k":1}'], /refused: option k with --policy min/],
    [["--mode", "cache", "--policy", "min", "--module", "mine.mjs"], /refused: --module with --policy min/],
    [["--policy", "x:[1]"], /invalid --policy: x:\[1\]; its options are a JSON object/],
  ])("%j", (more, message) => {
    const read = () => readRunOptions(args(...more));
    expect(read).toThrow(InputError);
    expect(read).toThrow(message);
  });

  it("missing options", () => {
    expect(() => readRunOptions(["--trace", zipf])).toThrow(/missing option: --memory-max/);
    expect(() => readRunOptions(["--memory-max", "512"])).toThrow(/missing option: --trace/);
  });

  it("unknown switches and policies, by the simulator's own words", async () => {
    await expect(run(args("--set", "frob=1"))).rejects.toThrow(/unknown switch: frob; one of/);
    await expect(run(args("--policy", "frob"))).rejects.toThrow(/unknown policy: frob; one of/);
    await expect(run(args("--mode", "cache", "--policy", "constructor"))).rejects.toThrow(
      /^unknown policy: constructor; one of arc, .*min, active-inactive$/,
    );
  });
});

describe("the report", () => {
  it("in cache mode counts requests and misses, for the offline bound, too", async () => {
    const [min, first] = await Promise.all(
      ["min", POLICIES[0]!].map((name) => run(args("--mode", "cache", "--policy", name))),
    );
    expect(min!.counters.requests).toBe(first!.counters.requests);
    expect(min!.counters.misses).toBeGreaterThan(0);
    expect(min!.counters.misses!).toBeLessThanOrEqual(first!.counters.misses!);
    expect(first!.spec.mode).toBe("cache");
  });

  it("names the policy of a cache so that the name means the same when it is typed again", async () => {
    for (const name of ["active-inactive", "plain-lru", "min"]) {
      const report = (await run(args("--mode", "cache", "--policy", name)))!;
      expect(runTable(report)).toMatch(new RegExp(`^${name}, a cache of 512 objects: ok`));
    }
  });

  it("holds all that is needed to run the cell again", async () => {
    const report = (await run(args("--lru-gen-enabled", "3")))!;
    const { traceDigest, ...spec } = JSON.parse(JSON.stringify(report.spec));
    const trace = await openTrace(spec.trace);
    expect(trace.digest).toBe(traceDigest);
    const again = await runCell(spec, trace);
    expect(again.status).toBe(report.status);
    expect(report.counters).toMatchObject(again.counters);
  });

  it("names counters as the measured tables do", async () => {
    const { counters, checkpoints } = (await run(args()))!;
    expect(counters.majflt).toBe(counters.pgmajfault);
    expect(counters.minflt! + counters.majflt!).toBe(counters.pgfault);
    expect(counters.pgscan_direct).toBe(counters.pgscan);
    expect(counters.accesses).toBe(counters.nr_record);
    expect(checkpoints).toHaveLength(10);
    expect(checkpoints.at(-1)).toEqual(counters);
  });

  it("writes the timeline as the file's ending says, one row a sample", async () => {
    const [csv, parquet] = [join(folder, "t.csv"), join(folder, "t.parquet")];
    const { counters } = (await run(args("--timeline", csv, "--samples", "5")))!;
    await run(args("--timeline", parquet, "--samples", "5"));
    const lines = readFileSync(csv, "utf8").trim().split("\n");
    expect(lines).toHaveLength(6);
    expect(lines[0]!.split(",").slice(0, 4)).toEqual(["nr_record", "nr_access", "mem_current", "swap_used"]);
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(parquet) });
    expect(rows.map((row) => Object.values(row).join(","))).toEqual(lines.slice(1));
    expect(Number(rows.at(-1)!.nr_access)).toBe(counters.accesses);
    await expect(run(args("--timeline", join(folder, "none", "t.csv")))).rejects.toThrow(
      /^cannot write table: .*ENOENT/,
    );
  });

  it("says oom where memory runs out", async () => {
    const report = (await run(args("--swap", "none")))!;
    expect(report.status).toBe("oom");
    expect(report.counters.accesses).toBeLessThan(18750);
  });
});

describe("the process", () => {
  const cli = (...argv: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", join(packageRoot, "lib/cli.ts"), ...argv], {
      encoding: "utf8",
    });

  it("prints one JSON object on stdout and nothing else, also out of memory", () => {
    const { status, stdout, stderr } = cli("run", ...args("--json", "--swap", "none"));
    expect(status).toBe(0);
    expect(stderr).toBe("");
    expect(Object.keys(JSON.parse(stdout))).toEqual(["spec", "status", "counters", "checkpoints"]);
  });

  it("says what is wrong on stderr and exits with 2", () => {
    const { status, stdout, stderr } = cli("run", "--trace", join(folder, "none"), "--memory-max", "512");
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^error: .*none.*\n$/);
  });

  it("tells its options", async () => {
    const { status, stdout } = cli("run", "--help");
    expect(status).toBe(0);
    expect(stdout).toContain("--memory-max PAGES");
    for (const name of [...POLICIES, "min", "active-inactive"])
      expect(stdout).toMatch(new RegExp(`[ ]${name}[,\\n]`));
    expect(await main(["frob"])).toBe(2);
  });
});
