/*
 * Plain caches and the full kernel model against the bare trace loop, and, where LIBCACHESIM=path names libCacheSim's
 * `cachesim`, against that on the same requests. Every measurement is a process of its own; rounds are interleaved;
 * medians of CPU seconds (user and system), reading the trace included, starting up not.
 *
 *   npm run bench:cache -- [rounds] [part ...]        parts: cache, loaded, kernel, memory, growth; all by default
 */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as lab from "../dist/index.js";

const [rounds = "5", ...asked] = process.argv.slice(2);
const ROUNDS = Number(rounds);
const wants = (part: string): boolean => asked.length === 0 || asked.includes(part);
const LIBCACHESIM = process.env.LIBCACHESIM;
const FOLDER = join(tmpdir(), "reclaim-lab-bench");
const RUN = fileURLToPath(new URL("cache-run.mjs", import.meta.url));
/** Ours, and what libCacheSim calls them. */
const POLICIES = {
  fifo: "fifo",
  "plain-lru": "lru",
  clock: "clock",
  sieve: "sieve",
  "s3-fifo": "s3fifo",
} as const;
const REQUESTS = 20_000_000;

interface Result {
  readonly requests: number;
  readonly misses: number;
  readonly seconds: number;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/** A Zipf stream (exponent 1), as records of the rig and, for libCacheSim, as oracleGeneral. */
function zipf(name: string, pages: number, requests: number): string {
  const path = join(FOLDER, `${name}.rig`);
  mkdirSync(FOLDER, { recursive: true });
  const spec = {
    generated: "zipf",
    params: { N: pages, T: requests, s: 1, pw: 0 },
    seed: 1,
    region: "anon",
  } as const;
  if (existsSync(path) && (LIBCACHESIM === undefined || existsSync(`${path}.oracle`))) return path;
  const records = lab.rigRecords(spec);
  writeFileSync(path, records);
  if (LIBCACHESIM === undefined) return path;
  const fd = openSync(`${path}.oracle`, "w");
  for (let from = 0; from < records.length; from += 1 << 18) {
    const part = records.subarray(from, from + (1 << 18));
    const bytes = Buffer.alloc(24 * part.length, 255); // the next access of the same object: -1, not known
    part.forEach((page, i) => {
      bytes.writeUInt32LE((from + i) >>> 10, 24 * i); // time
      bytes.writeUInt32LE(page, 24 * i + 4);
      bytes.writeUInt32LE(0, 24 * i + 8);
      bytes.writeUInt32LE(1, 24 * i + 12); // size
    });
    writeSync(fd, bytes);
  }
  closeSync(fd);
  return path;
}

function ours(...args: readonly (string | number)[]): Result {
  const { stdout, stderr, status } = spawnSync(process.execPath, [RUN, ...args.map(String)], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Result;
}

/** CPU seconds of libCacheSim beyond those of starting it, and its miss ratio. */
function theirs(path: string, policy: string, objects: number): { seconds: number; ratio: number } {
  const run = (trace: string): { seconds: number; text: string } => {
    const command = [LIBCACHESIM!, trace, "oracleGeneral", policy, String(objects), "--ignore-obj-size=1"];
    const script = 'TIMEFORMAT="cpu %U %S"; time "$@"';
    const { stdout, stderr } = spawnSync("bash", ["-c", script, "bash", ...command], {
      encoding: "utf8",
      cwd: FOLDER,
    });
    const cpu = /cpu ([\d.]+) ([\d.]+)/.exec(stderr);
    if (cpu === null) throw new Error(`no times from ${LIBCACHESIM}: ${stderr}`);
    return { seconds: Number(cpu[1]) + Number(cpu[2]), text: stdout + stderr };
  };
  const all = run(`${path}.oracle`);
  const ratio = /miss ratio ([\d.]+)/.exec(all.text);
  if (ratio === null) throw new Error(`no miss ratio from ${LIBCACHESIM}: ${all.text}`);
  const few = join(FOLDER, "few.oracle");
  writeFileSync(few, Buffer.alloc(24 * 16, 1));
  return { seconds: all.seconds - run(few).seconds, ratio: Number(ratio[1]) };
}

function row(...cells: readonly string[]): void {
  console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(30) : cell.padStart(10))).join(""));
}

const perSecond = (requests: number, seconds: number): string => (requests / seconds / 1e6).toFixed(1);

/** Interleave measurements by name; medians of seconds. */
function interleaved(jobs: Readonly<Record<string, () => number>>): Record<string, number> {
  const times: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, job] of Object.entries(jobs)) (times[name] ??= []).push(job());
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
}

const TRACES = [
  { name: "zipf64k", pages: 1 << 16 },
  { name: "zipf1m", pages: 1 << 20 },
];

if (wants("cache")) {
  const ratios: number[] = [];
  for (const { name, pages } of TRACES) {
    const path = zipf(name, pages, REQUESTS);
    for (const share of [0.1, 0.5]) {
      const objects = Math.round(pages * share);
      const misses: Record<string, number> = {};
      const jobs: Record<string, () => number> = { floor: () => ours("read", path).seconds };
      for (const [policy, their] of Object.entries(POLICIES)) {
        jobs[policy] = () => {
          const result = ours("cache", path, policy, objects, pages);
          misses[policy] = result.misses / result.requests;
          return result.seconds;
        };
        if (LIBCACHESIM === undefined) continue;
        jobs[`${policy} of libCacheSim`] = () => {
          const { seconds, ratio } = theirs(path, their, objects);
          if (Math.abs(ratio - misses[policy]!) > 0.0001)
            console.log(`${policy}: ${ratio}, here ${misses[policy]}`);
          return seconds;
        };
      }
      const times = interleaved(jobs);
      console.log(
        `\n${name}, ${objects} objects (${100 * share} %): M requests per CPU second, reading included`,
      );
      row("", "here", "of floor", "misses", "libCacheSim", "ratio");
      row("floor", perSecond(REQUESTS, times.floor!));
      for (const policy of Object.keys(POLICIES)) {
        const lib = times[`${policy} of libCacheSim`];
        if (lib !== undefined) ratios.push(lib / times[policy]!);
        row(
          policy,
          perSecond(REQUESTS, times[policy]!),
          (times.floor! / times[policy]!).toFixed(3),
          `${(100 * misses[policy]!).toFixed(1)} %`,
          lib === undefined ? "" : perSecond(REQUESTS, lib),
          lib === undefined ? "" : (lib / times[policy]!).toFixed(1),
        );
      }
    }
  }
  if (ratios.length > 0) {
    const [least, mean] = [Math.min(...ratios), geometricMean(ratios)];
    console.log(`\nagainst libCacheSim: least ratio ${least.toFixed(1)}, geometric mean ${mean.toFixed(1)}`);
  }
}

if (wants("loaded")) {
  const path = zipf("zipf64k", 1 << 16, REQUESTS);
  const jobs: Record<string, () => number> = {};
  for (const policy of Object.keys(POLICIES)) {
    jobs[policy] = () => ours("cache", path, policy, 6554, 1 << 16).seconds;
    jobs[`${policy} loaded`] = () => ours("cache", path, policy, 6554, 1 << 16, "others").seconds;
  }
  const times = interleaved(jobs);
  console.log("\nall policies loaded in one process, against one alone: zipf64k, 6554 objects");
  for (const policy of Object.keys(POLICIES)) {
    row(policy, (times[policy]! / times[`${policy} loaded`]!).toFixed(2));
  }
}

if (wants("kernel")) {
  const path = zipf("zipf64k", 1 << 16, REQUESTS);
  console.log("\nfull kernel model, zipf64k: M records per CPU second, reading included");
  row("", "here", "hits", "libCacheSim", "ratio");
  for (const pages of [5900, 39_000]) {
    const hits: Record<string, number> = {};
    const jobs: Record<string, () => number> = {};
    for (const policy of ["lru", "mglru"]) {
      jobs[policy] = () => {
        const { seconds, misses, requests } = ours("kernel", path, policy, pages);
        hits[policy] = 1 - misses / requests;
        return seconds;
      };
    }
    if (LIBCACHESIM !== undefined) jobs.theirs = () => theirs(path, "lru", pages).seconds;
    const times = interleaved(jobs);
    for (const policy of ["lru", "mglru"]) {
      row(
        `${policy}, ${pages} pages`,
        perSecond(REQUESTS, times[policy]!),
        `${(100 * hits[policy]!).toFixed(1)} %`,
        times.theirs === undefined ? "" : perSecond(REQUESTS, times.theirs),
        times.theirs === undefined ? "" : (times.theirs / times[policy]!).toFixed(1),
      );
    }
  }
}

if (wants("memory")) {
  const bytes = (pages: number, memoryMax: number): number =>
    ours("bytes", "none", pages, memoryMax).requests;
  const all = bytes(1 << 20, 1 << 19);
  const perResident = (all - bytes(1 << 20, 1 << 18)) / (1 << 18);
  const perPage = (all - bytes(1 << 19, 1 << 19)) / (1 << 19);
  console.log("\nfull kernel model, bytes of typed arrays (mglru)");
  row("a resident page", perResident.toFixed(1));
  row("a page of the trace", perPage.toFixed(1));
}

if (wants("growth")) {
  console.log("\nns per access beyond the floor, 5 M requests, 10 % of the pages fit");
  row("pages", "fifo", "sieve", "plain-lru", "s3-fifo", "kernel lru", "kernel mglru");
  for (const pages of [10_000, 100_000, 1_000_000, 10_000_000]) {
    const path = zipf(`zipf${pages}`, pages, 5_000_000);
    const jobs: Record<string, () => number> = { floor: () => ours("read", path).seconds };
    for (const policy of ["fifo", "sieve", "plain-lru", "s3-fifo"]) {
      jobs[policy] = () => ours("cache", path, policy, pages / 10, pages).seconds;
    }
    for (const policy of ["lru", "mglru"]) {
      jobs[`kernel ${policy}`] = () => ours("kernel", path, policy, pages / 10).seconds;
    }
    const { floor, ...times } = interleaved(jobs);
    row(String(pages), ...Object.values(times).map((time) => (((time - floor!) * 1e9) / 5e6).toFixed(1)));
    rmSync(path);
  }
}
