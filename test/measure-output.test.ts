/*
 * What the rig's guest writes, read into rows: data/kernel/heldout.csv came about this way.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { appendRows } from "../lib/kernel/csv-file.js";
import { isComplete, parseOutput } from "../lib/kernel/output.js";
import { CHECKPOINT_COLUMNS, checkpointRows, RUN_COLUMNS, runRows } from "../lib/kernel/rows.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "reclaim-lab-measure-"));
afterAll(() => rmSync(folder, { recursive: true }));

const OUTPUT = `BOOT Linux version 6.12.117+deb12-amd64 (debian-kernel) #1 SMP
RUN id=1 wl=zipf10_a mode=7 frac=0.5 limit=128 rep=1 toff=4096 tcnt=200 na=256 nf=0 fm=mmap stride=1 swap=zram swpn=60 ck=2 pages=256 scale=0.5 seed=12345 nap=16 enabled=0x0007
V0 nr_free_pages 283794
CK i 0 ns 1000 minflt 40 majflt 1 nvcsw 2 nivcsw 0
MC current 40960 swap 0 peak 40960
MS anon 8192 kernel 24576 pgscan 0 pgfault 50 workingset_refault_anon 3
VM pswpin 5 pgscan_anon 7
LG | node 0 | 0 10 0 0 | 1 10 2 0
CK i 100 ns 5000000 minflt 140 majflt 11 nvcsw 2 nivcsw 3
MC current 524288 swap 40960 peak 524288
MS anon 409600 kernel 28672 pgscan 90 pgfault 160 workingset_refault_anon 13
VM pswpin 15 pgscan_anon 97
LG | node 0 | 1 10 100 0 | 2 10 28 0
END status 0 wall_ns 7000000
RUN id=2 wl=phase_a mode=0 limit=64 ck=2 swap=zram enabled=0x0000
CK i 0 ns 1000 minflt 40 majflt 0 nvcsw 0 nivcsw 0
MS pgscan 0
CK i 100 ns 2000 minflt 90 majflt 0 nvcsw 0 nivcsw 0
MS pgscan 5
END status 9 wall_ns 7000000
RUN id=3 wl=phase_a mode=0
CK i 0 ns 1000 minflt 40 majflt 0 nvcsw 0 nivcsw 0
`;

describe("the guest's output", () => {
  const runs = parseOutput(OUTPUT);
  const rows = runRows(runs);

  it("gives a row a run that ended: differences from the start, gauges in pages", () => {
    expect(rows.length).toBe(2);
    expect(rows[0]).toMatchObject({
      kernel: "6.12.117+deb12-amd64",
      status: "ok",
      workload: "zipf10_a",
      mode: "7",
      limit_pages: "128",
      opts: "nap=16",
      accesses: 100,
      ms: 5,
      minflt: 100,
      majflt: 10,
      mem_current_now: 128,
      workingset_refault_anon: 10,
      pgscan: 90,
      pgsteal: "",
      anon_now: 100,
      kernel_now: 7,
      vm_pswpin: 10,
      vm_pgscan_anon: 90,
      max_seq: 2,
      min_seq_anon: 1,
      min_seq_file: "",
    });
    expect(rows[1]).toMatchObject({ status: "killed9", pgscan: 5, max_seq: "" });
    expect(isComplete(OUTPUT)).toBe(false);
    expect(isComplete(`${OUTPUT}DONE\n`)).toBe(true);
  });

  it("gives a row a checkpoint but the first", () => {
    expect(
      checkpointRows(runs).map(({ workload, accesses, pgscan }) => [workload, accesses, pgscan]),
    ).toEqual([
      ["zipf10_a", 100, 90],
      ["phase_a", 100, 5],
    ]);
  });

  it("has the columns of the held-out measurements", () => {
    const header = (name: string): string =>
      readFileSync(join(ROOT, "data/kernel", name), "utf8").split("\n", 1)[0]!;
    expect(RUN_COLUMNS.join(",")).toBe(header("heldout.csv"));
    expect(CHECKPOINT_COLUMNS.join(",")).toBe(header("heldout-ck.csv"));
    expect(Object.keys(rows[0]!)).toEqual(RUN_COLUMNS);
  });

  it("is appended to a file of the same columns, and to no other", () => {
    const path = join(folder, "new", "rows.csv");
    appendRows(path, rows, ["workload", "pgscan"]);
    appendRows(path, rows.slice(1), ["workload", "pgscan"]);
    expect(readFileSync(path, "utf8")).toBe("workload,pgscan\nzipf10_a,90\nphase_a,5\nphase_a,5\n");
    expect(() => appendRows(path, rows, ["workload"])).toThrow(
      `file has other columns: ${path}; give another name`,
    );
  });
});
