/* Logs of tools that watch a program or a machine: lackey, strace, perf script, DAMON. The fixtures are real (see touch.c). */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readTrace } from "../../lib/trace/import/read-trace.js";
import type { PageFile, PageFormat } from "../../lib/trace/spec.js";
import { nrSlotsAll, SLOT_MASK } from "../../lib/trace/trace.js";
import { InputError } from "../../lib/util/error.js";
import { showTrace } from "./show-trace.js";

const FIXTURES = fileURLToPath(new URL("fixtures/", import.meta.url));
const fixture = (name: string): string => join(FIXTURES, name);
const text = (name: string): string => readFileSync(fixture(name), "utf8");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "import-logs-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function read(content: string | Uint8Array, pages: PageFormat | PageFile) {
  const path = join(folder, "log");
  writeFileSync(path, content);
  return readTrace(path, pages);
}

/** Records of anonymous memory, their slots relative to the first of them. */
function relative(lines: readonly string[]): string[] {
  const first = Math.min(...lines.map((line) => Number(/anon (\d+)/.exec(line)?.[1] ?? Infinity)));
  return lines.map((line) => line.replace(/anon (\d+)/, (_, slot) => `anon +${Number(slot) - first}`));
}

describe("lackey", () => {
  test("system calls in the log make files of what they map and read; what is unmapped is gone", async () => {
    const trace = await readTrace(fixture("touch.lackey"), { format: "lackey", filter: 1 });
    expect(trace.layout.files).toEqual([{ name: "/usr/share/common-licenses/GPL-2", nr: 4 }]);
    const shown = showTrace(trace).filter((line) => !line.includes("anon"));
    expect(shown).toEqual(
      [..."01"]
        .map((p) => `r fd ${p}`)
        .concat(
          [..."0123"].map((p) => `r file ${p}`),
          "r fd 2",
        ),
    );
    const stores = relative(showTrace(trace).filter((line) => line.startsWith("w")));
    expect(stores).toHaveLength(5 + 30); // the stack; ten pages in three rounds (instructions come between, so no run folds)
    expect(trace.events.filter(({ nr }) => nr === 10)).toHaveLength(1);
  });

  test("the filter of the recorded traces folds what is near", async () => {
    const all = await readTrace(fixture("touch.lackey"), { format: "lackey", filter: 1 });
    const folded = await readTrace(fixture("touch.lackey"), "lackey");
    const accesses = ({ counts }: typeof all): number => counts.reduce((sum, count) => sum + count, 0);
    expect(folded.records.length).toBeLessThan(all.records.length / 2);
    expect(accesses(folded)).toBe(accesses(all));
  });

  test("a log without system calls or banner, cut anywhere, is anonymous memory", async () => {
    const trace = await read(" L 04800000,1\n S 04801ffc,8\nI  00401000,3", { format: "lackey", filter: 1 });
    expect(relative(showTrace(trace))).toEqual(["r anon +511", "w anon +512", "w anon +513", "r anon +0"]);
  });

  test.each([
    ["hello world\n", /no line of lackey: "hello world" \(.*log, line 1\); expected an access such as/],
    [" L 04800000,1\n L 0480zz00,1\n", /no line of lackey: " L 0480zz00,1" \(.*, line 2\)/],
    ["==1== Lackey\n", /empty trace file: .*; expected an access of lackey/],
  ])("%j is refused", async (log, message) => {
    await expect(read(log, "lackey")).rejects.toThrow(message);
  });
});

describe("strace", () => {
  const READS = ["r fd 0", "r fd 1", "r fd 2"];

  test.each(["touch.strace", "touch-times.strace"])(
    "%s: one access for each page and call, with paths from -y or from open",
    async (name) => {
      const trace = await readTrace(fixture(name), "strace");
      expect(trace.layout).toEqual({
        nrSlots: 0,
        vmas: [],
        files: [{ name: "/usr/share/common-licenses/GPL-2", nr: 3 }],
      });
      expect(showTrace(trace)).toEqual(READS);
      const mapped = await readTrace(fixture(name), { format: "strace", mmap: "read" });
      expect(showTrace(mapped)).toEqual([0, 1, 0, 1, 2, 3, 2].map((page) => `r fd ${page}`));
    },
  );

  test("calls that were interrupted in the log, several processes, other ways to write times", async () => {
    const log = [
      '[pid  7]      0.000100 openat(AT_FDCWD, "/a", O_RDWR <unfinished ...>',
      '8 1700000000.123456 open("/b", O_RDONLY) = 3 <0.000010>',
      "[pid  7]      0.000100 <... openat resumed>) = 3",
      "--- SIGCHLD {si_signo=SIGCHLD} ---",
      '8 1700000000.123456 read(3, ""..., 5000) = 5000',
      '[pid  7] 10:00:00 write(3, "5<x>", 4) = 4',
      "[pid  7] copy_file_range(3, NULL, 3, NULL, 100, 0) = 100",
      "[pid  7] close(3) = 0",
      "[pid  7] read(3, 0x7ff, 100) = -1 EBADF (Bad file descriptor)",
      "strace: Process 9 attached",
      "+++ exited with 0 +++",
    ];
    const trace = await read(log.join("\n"), "strace");
    expect(trace.layout.files.map(({ name }) => name)).toEqual(["/b", "/a"]);
    expect(showTrace(trace)).toEqual(["r fd 0", "r fd 1", "w fd 2 x3"]);
  });

  test.each([
    ["read 3 bytes\n", /no line of strace: "read 3 bytes" \(.*, line 1\); expected a call such as/],
    ['1 open("/a", O_RDONLY) = 3\n1 read(3, "", 1) = 99999999999999\n', /no line of strace: .*line 2/],
    ['1 open("/a", O_RDONLY) = 3\n', /empty trace file: .*; expected read, write/],
  ])("%j is refused", async (log, message) => {
    await expect(read(log, "strace")).rejects.toThrow(message);
  });
});

describe("perf script", () => {
  test("page-faults with addresses: mappings tell files from anonymous memory; all are loads", async () => {
    const trace = await readTrace(fixture("touch.perf"), "perf");
    expect(trace.layout.files.map(({ name }) => name)).toEqual([
      "/tmp/touch",
      "/usr/share/common-licenses/GPL-2",
    ]);
    const shown = showTrace(trace);
    // stack, program text (page 1 of its file) and data, bss twice, the mapped file, ten anonymous pages
    expect(shown.filter((line) => line.startsWith("r file"))).toEqual(["r file 1", "r file 2", "r file 3"]);
    const last = relative(shown).slice(-10);
    expect(last).toEqual(
      Array.from({ length: 10 }, (_, i) => last[0]!.replace(/\d+$/, (n) => String(Number(n) + i))),
    );
    expect(trace.layout.vmas.find(({ exec }) => exec)).toMatchObject({ kind: "file", file: 0, offset: 1 });
    expect(trace.records).toHaveLength(16);
    expect(trace.events).not.toEqual([]); // the process ended
  });

  test("the tracepoint says which faults store", async () => {
    const shown = showTrace(await readTrace(fixture("touch-tracepoint.perf"), "perf"));
    expect(shown.map((line) => line.slice(0, 6))).toEqual(["r file", "r file", ...Array(10).fill("w anon")]);
  });

  test("with call chains the one address of a line is the page's", async () => {
    const trace = await readTrace(fixture("touch-callchain.perf"), "perf");
    const headers = text("touch-callchain.perf")
      .split("\n")
      .filter((line) => line.includes("page-faults"));
    expect(trace.records).toHaveLength(headers.length);
    expect(trace.layout.files).toEqual([]);
  });

  test("other columns: no time, no symbols, process and thread, a CPU", async () => {
    const log =
      "a b 1 12 page-faults:u:  1000\nx 7/8 [003] 1.5: 1 page-faults: 2000 ffffffff8175336a\n7 faults: 2000\n";
    const trace = await read(log, "perf");
    expect(new Set(trace.layout.vmas.map(({ process }) => process)).size).toBe(2);
    expect(trace.records).toHaveLength(2); // the last two are a run on one page
  });

  test("a line without address says how to get one", async () => {
    await expect(readTrace(fixture("touch-no-address.perf"), "perf")).rejects.toThrow(
      /page fault without address: "t \d+ .*" \(.*touch-no-address\.perf, line 1\); .*perf script -F \+addr/,
    );
  });

  test.each([
    ["ls 1 2.0: 1 cycles: 123\n", /no page fault of perf script: "ls 1 2.0: 1 cycles: 123" \(.*, line 1\)/],
    [
      "ls 1 2.0: exceptions:page_fault_user: ip=0x1\n",
      /page fault without address: .*line 1\); expected address=0x/,
    ],
    ["ls 1 2.0: PERF_RECORD_MMAP2 1/1: nothing\n", /no mapping of perf script: .*line 1/],
    ["# nothing\n", /empty trace file: .*; expected page-faults/],
  ])("%j is refused", async (log, message) => {
    await expect(read(log, "perf")).rejects.toThrow(message);
  });
});

describe("DAMON", () => {
  /*
   * damon.json, by page: target 0, snapshot 0: 1024-1026 with 3, the last page of user space with 20; target 1: 1024 with 2;
   * target 0, snapshot 1: 1024 with 1, 1536-1537 with 40 of 100 checks. Slots: tables 2, 3 and the last of target 0, 2 of target 1.
   */
  const RECORDS = [
    ...["r anon 0 x3", "r anon 1 x3", "r anon 2 x3", "r anon 1534 x20"],
    ...["r anon 1536 x2", "r anon 0", "r anon 512 x40", "r anon 513 x40"],
  ];

  test("each page of a region is accessed nr_accesses times in a snapshot, in address order", async () => {
    const trace = await readTrace(fixture("damon.json"), "damon");
    expect(showTrace(trace)).toEqual(RECORDS);
    expect(trace.layout.vmas.map(({ process, start, nr }) => [process, start, nr])).toEqual([
      [0, 0, 1024],
      [0, 1024, 512],
      [1, 1536, 512],
    ]);
  });

  test("compressed JSON, and perf script", async () => {
    expect(showTrace(await read(deflateSync(text("damon.json")), "damon"))).toEqual(RECORDS);
    expect(showTrace(await readTrace(fixture("damon.script"), "damon"))).toEqual([
      ...RECORDS.slice(0, 3),
      "r anon 0",
    ]);
  });

  const region = (more: object): string =>
    JSON.stringify([{ snapshots: [{ regions: [{ start: 0, end: 4096, nr_accesses: 1, ...more }] }] }]);

  test.each([
    ["[{", /no JSON: .*log \(.*position 2.*\); expected the records of damo record/],
    ["{}", /no records of DAMON: .* at the top \(.*log\); expected \[\{target_id/],
    [region({ start: "x" }), /no records of DAMON: .* at 0\.snapshots\.0\.regions\.0\.start/],
    [region({ nr_accesses: {} }), /region without nr_accesses \(.*record 0, snapshot 0, region 0\)/],
    [region({ start: 8192 }), /not a range of addresses: 8192 to 4096 \(.*region 0\)/],
    [region({ nr_accesses: 0 }), /no accesses in the records of DAMON: .*every nr_accesses is 0/],
    [region({ nr_accesses: 1.5 }), /not a number of accesses: 1\.5 \(.*region 0\)/],
    [region({ end: 2 ** 47 }), /too many pages: 34359738368 of one region do not fit .*region 0/],
    ["kdamond.0 nothing\n", /no record of DAMON: "kdamond.0 nothing" \(.*, line 1\)/],
    ["", /empty trace file/],
    [Buffer.from([0x78, 1, 2, 3]), /damaged compressed JSON/],
  ])("%s is refused", async (content, message) => {
    await expect(read(content, "damon")).rejects.toThrow(message);
  });
});

describe("any bytes", () => {
  /** A fixture with some of its bytes changed, or lines moved: nearly right input finds more than noise. */
  function damaged(name: string): fc.Arbitrary<Buffer> {
    const bytes = readFileSync(fixture(name));
    const change = fc.tuple(
      fc.nat(bytes.length - 1),
      fc.oneof(fc.nat(255), fc.constantFrom(10, 48, 57, 102, 45)),
    );
    return fc.array(change, { minLength: 1, maxLength: 6 }).map((changes) => {
      const copy = Buffer.from(bytes);
      for (const [at, byte] of changes) copy[at] = byte;
      return copy;
    });
  }

  test.each([
    ["lackey", "touch.lackey"],
    ["strace", "touch.strace"],
    ["strace", "touch-times.strace"],
    ["perf", "touch.perf"],
    ["perf", "touch-callchain.perf"],
    ["damon", "damon.json"],
    ["damon", "damon.script"],
  ] as const)("are a trace of %s (%s) or an error with its place", (format, name) =>
    fc.assert(
      fc.asyncProperty(fc.oneof(damaged(name), fc.uint8Array({ maxLength: 200 })), async (content) => {
        try {
          const trace = await read(content, format);
          for (const word of trace.records) expect(word & SLOT_MASK).toBeLessThan(nrSlotsAll(trace.layout));
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect((error as Error).message).toContain("log");
        }
      }),
      { numRuns: 100 },
    ),
  );
});
