/* `reclaim-lab trace` from the outside. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it, test, vi } from "vitest";
import { main } from "../lib/cli/main.js";
import { packageRoot } from "../lib/notebook/scrub.js";
import { exportTrace } from "../lib/trace/export.js";
import { readTrace } from "../lib/trace/import/read-trace.js";
import { readTraceFile, readTraceHeader } from "../lib/trace/parquet.js";
import { recordCommand } from "../lib/trace/record/record-command.js";
import { ORIGIN, traces } from "./trace/sample.js";
import { showTrace } from "./trace/show-trace.js";

const FIXTURES = fileURLToPath(new URL("trace/fixtures/", import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "trace-command-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** Runs the command in this process. */
async function trace(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const out = vi.spyOn(console, "log").mockImplementation(() => {});
  const err = vi.spyOn(console, "error").mockImplementation(() => {});
  const code = await main(["trace", ...args]);
  const text = (spy: typeof out): string => spy.mock.calls.map((call) => call.join(" ")).join("\n");
  const result = { code, out: text(out), err: text(err) };
  vi.restoreAllMocks();
  return result;
}

const at = (name: string): string => join(folder, name);

describe("info", () => {
  it("prints text, or one JSON object", async () => {
    const text = await trace("info", join(FIXTURES, "touch.lackey"), "--format", "lackey");
    expect(text).toMatchObject({ code: 0, err: "" });
    expect(text.out).toMatch(/^touch, digest [0-9a-f]{64}\n\d+ records of \d+ accesses/);
    const json = await trace("info", "--json", "--format", "lackey", join(FIXTURES, "touch.lackey"));
    expect(JSON.parse(json.out)).toMatchObject({ name: "touch", processes: 1, filePages: 4 });
  });

  it("reads the recorded traces by name", async () => {
    const { out } = await trace("info", "grep", "--json");
    expect(JSON.parse(out)).toMatchObject({ name: "grep", pages: 9403, fdShare: 1 });
  });
});

describe("import and convert", () => {
  it("keeps all in Parquet, and says in other formats what is lost", async () => {
    const imported = await trace(
      "import",
      join(FIXTURES, "touch.perf"),
      "--format",
      "perf",
      "-o",
      at("t.parquet"),
    );
    expect(imported).toEqual({ code: 0, err: "", out: `${at("t.parquet")}: 16 records, 16 pages, parquet` });
    const direct = await readTrace(join(FIXTURES, "touch.perf"), "perf");
    expect((await readTraceFile(at("t.parquet"))).digest).toBe(direct.digest);
    expect((await readTraceHeader(at("t.parquet"))).origin.recorder).toBe("reclaim-lab, format perf");
    const { out } = await trace("convert", at("t.parquet"), "-o", at("t.txt"), "--json");
    expect(JSON.parse(out)).toEqual({
      records: 16,
      pages: 16,
      digest: direct.digest,
      lost: [
        expect.stringMatching(/unmaps: pages that were given back stay in use$/),
        "2 files: their pages are one file",
      ],
    });
    expect(readFileSync(at("t.txt"), "utf8").split("\n")[1]).toBe("read 1 file");
  });

  it("goes round between the page formats", async () => {
    writeFileSync(at("l.txt"), "write 3\nread 700\nread 2 file\nw 3\n");
    await trace("convert", at("l.txt"), "--format", "list", "-o", at("l.bin"));
    await trace("convert", at("l.bin"), "-o", at("m.list"));
    await trace("convert", at("m.list"), "--format", "list", "-o", at("m.parquet"));
    const list = await readTrace(at("l.txt"), "list");
    expect((await readTraceFile(at("m.parquet"))).digest).toBe(list.digest);
    expect((await readTrace(at("l.bin"), "rig")).digest).toBe(list.digest);
    expect((await trace("convert", at("l.bin"), "-o", at("l.oracleGeneral"))).out).toContain(
      "which accesses store",
    );
    expect(showTrace(await readTrace(at("l.oracleGeneral"), "oracleGeneral"))).toEqual(
      [0, 1, 2, 0].map((id) => `r anon ${id}`),
    );
  });

  test("every trace as rig and list: the same pages in the same order, and stores", () =>
    fc.assert(
      fc.asyncProperty(traces, async (any) => {
        if (any.records.length === 0) return;
        await exportTrace(at("any.bin"), any, "rig", ORIGIN);
        await exportTrace(at("any.txt"), any, "list", ORIGIN);
        const [rig, list] = [await readTrace(at("any.bin"), "rig"), await readTrace(at("any.txt"), "list")];
        expect(rig.digest).toBe(list.digest);
        const page = (line: string): string => line.replace(/ x\d+$/, "").replace("fd", "file");
        const distinct = (lines: string[]): number[] => lines.map((line) => lines.indexOf(line));
        const stores = (lines: string[]): string[] => lines.map((line) => line[0]!);
        const [before, after] = [showTrace(any).map(page), showTrace(rig).map(page)];
        expect(stores(after)).toEqual(stores(before));
        const anon = (lines: string[]): string[] =>
          lines.map((line) => line.slice(2)).filter((line) => line.startsWith("anon"));
        expect(distinct(anon(after))).toEqual(distinct(anon(before)));
      }),
      { numRuns: 40 },
    ));
});

describe("refused", () => {
  it.each([
    [[], 2, /^$/],
    [["frob"], 2, /unknown command: trace frob; use info, import, convert, record/],
    [["info"], 2, /missing file/],
    [["info", "a", "b"], 2, /too many files: a b/],
    [["info", "none.csv", "--format", "csv"], 2, /cannot read trace file: none\.csv/],
    [["import", "a.csv"], 2, /missing option: --format; give one of rig, list/],
    [["import", "a.csv", "--format", "parquet"], 2, /invalid --format: parquet/],
    [["convert", "git"], 2, /missing option: -o/],
    [
      ["convert", "git", "-o", "x.foo"],
      2,
      /unknown ending: x\.foo; give --to parquet, rig, list, oracleGeneral/,
    ],
    [["convert", "git", "-o", "/nonexistent/x.bin"], 2, /cannot write: .*x\.bin .*ENOENT/],
    [["record", "-o", "x"], 2, /missing command: give it behind --/],
    [["record", "-o", "x", "--tool", "gdb", "--", "true"], 2, /invalid --tool: gdb; give lackey, strace/],
    [["info", "--frob"], 2, /unknown option '--frob'/],
  ])("%j", async (args, code, message) => {
    const result = await trace(...args);
    expect(result.code).toBe(code);
    expect(result.err).toMatch(message);
  });

  it("has help for all commands", async () => {
    expect((await trace("--help")).out).toContain("record -o OUT.parquet -- COMMAND");
    expect((await trace("info", "--help")).code).toBe(0);
  });
});

/** Whether a program is installed; says why not. */
function have(path: string): boolean {
  const found = existsSync(path);
  if (!found) console.log(`skipped: no ${path}; apt-get install it`);
  return found;
}

describe("record", () => {
  it.skipIf(!have("/usr/bin/strace"))("strace: the files that a command reads", async () => {
    writeFileSync(at("in.txt"), "x".repeat(9000));
    const { trace: recorded, origin } = await recordCommand(["cat", at("in.txt")], { tool: "strace" });
    const file = recorded.layout.files.findIndex(({ name }) => name.endsWith("in.txt"));
    expect(recorded.layout.files[file]).toMatchObject({ nr: 3 });
    expect(origin.command).toEqual([`cat ${at("in.txt")}`]);
  });

  it.skipIf(!have("/usr/bin/valgrind") || !have("/usr/bin/unshare"))(
    "lackey: all of a command's memory, in a namespace of its own",
    () => {
      const argv = [
        "--import",
        "tsx",
        join(packageRoot, "lib/cli.ts"),
        "trace",
        "record",
        "--json",
        "-o",
        at("r.parquet"),
        "--",
        "true",
      ];
      const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8" });
      if (/no process-id namespace/.test(stderr)) return console.log(`skipped: ${stderr}`);
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ lost: [] });
      expect(JSON.parse(stdout).records).toBeGreaterThan(100);
    },
    60_000,
  );
});
