/*
 * `npm run measure` without qemu: options, run list, which kernel a name means, the guest's disks, missing programs.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { chooseKernel, kernelsAmong } from "../lib/kernel/archive.js";
import { defaultCache, readOptions } from "../lib/kernel/options.js";
import { failureText, qemuArguments, readText, writeDisks } from "../lib/kernel/qemu.js";
import { layTraces, runLines } from "../lib/kernel/run-list.js";
import { checkTools } from "../lib/kernel/tools.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "reclaim-lab-measure-"));
afterAll(() => rmSync(folder, { recursive: true }));

const NEEDED = ["--kernel", "6.12", "--workload", "zipf10_a", "--limit", "0.5"];
const plan = (...args: string[]) => readOptions([...NEEDED, ...args])!.plan;

describe("options", () => {
  it("have the measured set-up as defaults", () => {
    const { kernel, out, plan } = readOptions(NEEDED)!;
    expect({ kernel, out, ...plan }).toEqual({
      kernel: "6.12",
      out: undefined,
      workloads: ["zipf10_a"],
      modes: [7],
      limits: [0.5],
      pages: 16384,
      scale: 0.5,
      seedOffset: 0,
      reps: 1,
      swap: undefined,
      swappiness: 60,
      checkpoints: 10,
      extra: {},
    });
    expect(readOptions(["--help"])).toBeUndefined();
    expect(defaultCache({ XDG_CACHE_HOME: "/cache" })).toBe("/cache/reclaim-lab/rig");
  });

  it("take lists and tokens", () => {
    const { workloads, modes, limits, extra } = plan(
      "--workload",
      "mix_f,cyc_a",
      "--mode",
      "0,5",
      "--set",
      "nap=16",
    );
    expect({ workloads, modes, limits, extra }).toEqual({
      workloads: ["zipf10_a", "mix_f", "cyc_a"],
      modes: [0, 5],
      limits: [0.5],
      extra: { nap: "16" },
    });
  });

  it.each([
    [["--mode", "2"], "invalid --mode: 2; use 0, 1, 3, 5 or 7"],
    [["--limit", "100.5"], "invalid --limit: 100.5; use a fraction below 16, or whole pages"],
    [["--limit", ""], "missing option: --limit"],
    [["--pages", "many"], "invalid --pages: many; use a whole number from 256 to"],
    [["--swap", "tape"], "invalid --swap: tape; use one of zram, disk, none"],
    [["--swappiness", "201"], "invalid --swappiness: 201; use a whole number from 0 to 200"],
    [["--set", "nap"], "invalid --set: nap; use NAME=VALUE"],
    [["--turbo"], "unknown option '--turbo'; see --help"],
  ])("%j are refused", (args, message) => {
    expect(() => readOptions([...NEEDED, ...args])).toThrow(message);
  });

  it("name a missing one", () => {
    expect(() => readOptions(["--kernel", "6.12", "--limit", "1"])).toThrow("missing option: --workload");
  });
});

describe("the run list", () => {
  it("has a line of tokens a run, repetition after repetition", () => {
    const wanted = plan(
      "--pages",
      "256",
      "--workload",
      "mix_p",
      "--mode",
      "0,7",
      "--reps",
      "2",
      "--limit",
      "200",
    );
    const { traces } = layTraces(wanted.workloads, wanted);
    const lines = runLines(wanted, traces);
    expect(lines.length).toBe(8);
    expect(lines[0]).toBe(
      "id=1 wl=zipf10_a mode=0 frac=0.78125 limit=200 rep=1 toff=4096 tcnt=4688 na=256 nf=0 fm=mmap stride=1 " +
        "swap=zram swpn=60 ck=10 pages=256 scale=0.5 seed=12345",
    );
    expect(lines[7]).toMatch(/^id=8 wl=mix_p mode=7 .*rep=2 .* na=128 nf=768 fm=pread stride=1 swap=zram/);
  });

  it("uses swap for anonymous pages only, unless told", () => {
    const lines = (...args: string[]): string => {
      const wanted = plan("--pages", "256", "--workload", "zipf08_f", ...args);
      return runLines(wanted, layTraces(wanted.workloads, wanted).traces)[1]!;
    };
    expect(lines()).toContain("swap=none");
    expect(lines("--swap", "disk")).toContain("swap=disk");
    expect(lines("--set", "nap=16")).toMatch(/ nap=16$/);
    expect(() => lines("--set", "swap=disk")).toThrow("token set twice: swap=disk");
    expect(() => lines("--set", "nap=1 2")).toThrow("invalid token: nap=1 2");
  });

  it("lays traces at whole pages, equal to those held out", () => {
    const held: {
      workload: string;
      pages: number;
      seed: number;
      na: number;
      accesses: number;
      sum32: number;
    }[] = JSON.parse(readFileSync(join(ROOT, "data/kernel/heldout-traces.json"), "utf8"));
    const known = held.find(({ workload, pages }) => workload === "cyc_a" && pages === 12288)!;
    const { chunks, traces } = layTraces(["cyc_a"], { pages: 12288, scale: 0.5, seedOffset: 2000 });
    const { na, count, seed, offset } = traces.get("cyc_a")!;
    expect({ na, count, seed, offset }).toEqual({
      na: known.na,
      count: known.accesses,
      seed: known.seed,
      offset: 4096,
    });
    expect(chunks[0]!.records.reduce((sum, record) => (Math.imul(sum, 31) + record) >>> 0, 0)).toBe(
      known.sum32,
    );
  });

  it("refuses unknown workloads and files beyond the data disk", () => {
    const set = { pages: 32768, scale: 0.01, seedOffset: 0 };
    expect(() => layTraces(["zipf99_a"], set)).toThrow("unknown workload: zipf99_a; use some of unif_a");
    expect(() => layTraces(["mix_f"], set)).toThrow(
      "file region too large: 98304 pages (mix_f with --pages 32768)",
    );
  });
});

describe("kernels", () => {
  const kernels = kernelsAmong([
    "linux-image-6.12-amd64",
    "linux-image-6.1.0-56-amd64",
    "linux-image-6.1.0-9-amd64",
    "linux-image-6.1.0-57-cloud-amd64",
    "linux-image-6.12.117+deb12-amd64",
    "linux-image-6.12.118+deb13-amd64",
    "linux-image-6.12.118+deb13-amd64-unsigned",
    "linux-image-6.12.118+deb13-rt-amd64",
    "linux-image-7.3.4+deb13-amd64",
    "linux-binary-7.3.4+deb13-amd64",
    "linux-modules-7.3.4+deb13-amd64",
    "linux-image-7.0.4+deb13-amd64",
    "linux-binary-7.0.4+deb13-amd64",
  ]);

  it("are those whose packages are all there", () => {
    expect(kernels.map(({ release }) => release)).toEqual([
      "6.1.0-9-amd64",
      "6.1.0-56-amd64",
      "6.12.117+deb12-amd64",
      "6.12.118+deb13-amd64",
      "7.3.4+deb13-amd64",
    ]);
    expect(kernels.at(-1)!.packages).toEqual([
      "linux-binary-7.3.4+deb13-amd64",
      "linux-modules-7.3.4+deb13-amd64",
    ]);
  });

  it("are meant by release, version or beginning; the measured one first", () => {
    const meant = (name: string): string => chooseKernel(name, kernels).release;
    expect(["6.1", "6.12", "6.12.118", "7", "6.1.0-9-amd64"].map(meant)).toEqual([
      "6.1.0-56-amd64",
      "6.12.117+deb12-amd64",
      "6.12.118+deb13-amd64",
      "7.3.4+deb13-amd64",
      "6.1.0-9-amd64",
    ]);
    expect(() => meant("6.12.1")).toThrow(
      "archive: 6.12.1; use the beginning of one of: 6.12.117+deb12-amd64, 6.12.118",
    );
    expect(() => meant("5.10")).toThrow(
      "one of: 6.1.0-56-amd64, 6.12.118+deb13-amd64, 7.3.4+deb13-amd64. For",
    );
  });
});

describe("the guest", () => {
  it("finds its disks in order, with traces and runs on them", () => {
    writeDisks(folder, [{ offset: 4096, records: Uint32Array.of(1, 0x8000_0002) }], 8192, [
      "id=1 a=b",
      "id=2",
    ]);
    expect(readText(join(folder, "runs.raw"))).toBe("id=1 a=b\nid=2\n");
    expect(readFileSync(join(folder, "traces.raw")).readUInt32LE(4100)).toBe(0x8000_0002);
    const args = qemuArguments({ image: "K", initramfs: "I", dataDisk: "/a,b", work: "/w" });
    expect(args.filter((arg) => arg.startsWith("if=none")).map((arg) => arg.replace(/.*file=/, ""))).toEqual([
      "/w/traces.raw",
      "/a,,b",
      "/w/swap.raw",
      "/w/out.raw",
      "/w/runs.raw",
    ]);
  });

  it("that fails is quoted", () => {
    const text = failureText({ output: "", console: "ready\nKernel panic\n", ended: undefined }, 1, 2);
    expect(text).toMatch(/^guest failed: it stopped by itself; 1 of 2 runs were finished/);
    expect(text).toContain("    Kernel panic");
  });
});

describe("a machine without the programs", () => {
  it("is told what to install", () => {
    expect(() => checkTools(folder)).toThrow(
      /^programs not found: qemu-system-x86_64, .*; on Debian, install them as root with: apt-get update && apt-get install .*qemu-system-x86 /,
    );
    writeFileSync(join(folder, "qemu-system-x86_64"), "", { mode: 0o755 });
    expect(() => checkTools(folder)).toThrow(/^programs not found: apt-get/);
  });

  it("makes the command end with 2 and one line", () => {
    const cli = [join(ROOT, "node_modules/tsx/dist/cli.mjs"), join(ROOT, "lib/cli/measure.ts")];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...cli, ...NEEDED, "--cache", folder], {
      env: { PATH: "/nowhere" },
      encoding: "utf8",
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^error: programs not found: qemu-system-x86_64.*\n$/);
  });
});
