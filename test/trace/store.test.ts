import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { traceFacts } from "../../lib/trace/facts.js";
import { writeTraceFile } from "../../lib/trace/parquet.js";
import { readRaw, writeRaw } from "../../lib/trace/raw-cache.js";
import { listTraces, openTrace, windowTrace } from "../../lib/trace/store.js";
import { WRITE } from "../../lib/trace/trace.js";
import { LAYOUT, ORIGIN, plain, traceOf, traces } from "./sample.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "store-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const SAMPLE = traceOf(
  [3, (WRITE | 4) >>> 0, 12, 700, 1024, 3],
  [1, 5, 7, 1, 2, 3],
  [
    { at: 2, op: "unmap", start: 0, nr: 10 },
    { at: 4, op: "unmap", start: 600, nr: 300 },
    { at: 6, op: "unmap", start: 0, nr: 5 },
  ],
);

describe("raw cache", () => {
  test("gives the same trace for any trace", () => {
    const path = join(folder, "any.raw");
    fc.assert(
      fc.property(traces, (trace) => {
        writeRaw(path, trace);
        const read = readRaw(path)!;
        expect(plain(read)).toEqual(plain(trace));
        expect(read.records.buffer).toBeInstanceOf(SharedArrayBuffer);
      }),
      { numRuns: 50 },
    );
  });

  test("cut or changed at any byte is no trace", () => {
    const path = join(folder, "bad.raw");
    writeRaw(path, SAMPLE);
    const bytes = readFileSync(path);
    for (let at = 0; at < bytes.length; at += 7) {
      writeFileSync(path, bytes.subarray(0, at));
      expect(readRaw(path)).toBeUndefined();
      const changed = Uint8Array.from(bytes);
      changed[at] = changed[at]! ^ 16;
      writeFileSync(path, changed);
      expect(readRaw(path)).toBeUndefined();
    }
  });
});

describe("openTrace", () => {
  /** Opens a copy of SAMPLE under another name, so that nothing is memoised. */
  async function open(name: string, cacheDir: string): Promise<unknown> {
    const path = join(folder, `${name}.parquet`);
    copyFileSync(join(folder, "sample.parquet"), path);
    return plain(await openTrace({ recorded: path }, { cacheDir }));
  }

  beforeAll(() => writeTraceFile(join(folder, "sample.parquet"), SAMPLE, ORIGIN));

  test("keeps the decoded form, and replaces a damaged one", async () => {
    const cacheDir = join(folder, "cache");
    expect(await open("a", cacheDir)).toEqual(plain(SAMPLE));
    const [name] = readdirSync(cacheDir);
    expect(name).toMatch(/^[0-9a-f]{64}\.raw$/);
    const good = readFileSync(join(cacheDir, name!));
    writeFileSync(join(cacheDir, name!), good.subarray(0, 50));
    expect(await open("b", cacheDir)).toEqual(plain(SAMPLE));
    expect(readFileSync(join(cacheDir, name!)).equals(good)).toBe(true);
  });

  test("works where the cache cannot be written", async () => {
    writeFileSync(join(folder, "file"), "");
    expect(await open("c", join(folder, "file", "cache"))).toEqual(plain(SAMPLE));
    const readOnly = mkdtempSync(join(folder, "ro-"));
    chmodSync(readOnly, 0o500);
    expect(await open("d", readOnly)).toEqual(plain(SAMPLE));
  });

  test("decodes once per process", async () => {
    const spec = { recorded: join(folder, "sample.parquet") };
    expect(await openTrace(spec)).toBe(await openTrace(spec));
    const windowed = { ...spec, window: { start: 1, length: 2 } };
    expect(await openTrace(windowed)).toBe(await openTrace(windowed));
    const generated = { generated: "uniform", params: {}, seed: 1, region: "anon" } as const;
    const [first, again] = await Promise.allSettled([openTrace(generated), openTrace(generated)]);
    if (first.status === "fulfilled") expect(again).toEqual(first);
  });

  test("refuses unknown names and windows outside the trace", async () => {
    await expect(openTrace({ recorded: "nosuch" })).rejects.toThrow(
      /unknown trace: nosuch; use one of .*sqlite/,
    );
    const recorded = join(folder, "sample.parquet");
    for (const window of [
      { start: 5, length: 2 },
      { start: -1, length: 2 },
      { start: 0, length: 0 },
      { start: 0.5, length: 1 },
    ]) {
      await expect(openTrace({ recorded, window })).rejects.toThrow(
        /window outside the trace: .*has 6 records/,
      );
    }
  });
});

describe("windowTrace", () => {
  /*
   *   record  0   1 | 2   3 | 4   5 |        unmaps before records 2, 4 and behind the last
   *   window      [ 1   2   3 ]              keeps the unmap before 2, now before record 1
   */
  test("is a view, with the events inside it", () => {
    const window = windowTrace(SAMPLE, 1, 3);
    expect([...window.records]).toEqual([...SAMPLE.records.subarray(1, 4)]);
    expect(window.records.buffer).toBe(SAMPLE.records.buffer);
    expect(window.events).toEqual([{ at: 1, op: "unmap", start: 0, nr: 10 }]);
    expect(window.digest).not.toBe(SAMPLE.digest);
  });

  test("of everything is everything, the last event too", () => {
    const window = windowTrace(SAMPLE, 0, 6);
    expect(window.events).toEqual(SAMPLE.events);
    expect(window.digest).toBe(SAMPLE.digest);
  });
});

test("traceFacts counts pages once, however many slots map them", () => {
  // Slots 12 (process 0) and 514 (process 1) and fd page 4 are all page 4 of file "a".
  const fd = LAYOUT.nrSlots + 4;
  const trace = traceOf([12, 514, fd, 3, (WRITE | 3) >>> 0], [1, 2, 3, 4, 5]);
  expect(traceFacts(trace)).toEqual({
    name: "sample",
    records: 5,
    accesses: 15,
    pages: 2,
    anonPages: 1,
    filePages: 1,
    writeShare: 0.2,
    fdShare: 0.2,
    processes: 2,
    events: 0,
  });
});

test("every recorded trace opens, from Parquet and from the cache, and is below 2 MB", async () => {
  expect(listTraces().length).toBeGreaterThanOrEqual(7);
  const cacheDir = join(folder, "all");
  for (const { name, path } of listTraces()) {
    expect(readFileSync(path).length).toBeLessThan(2_000_000);
    const trace = await openTrace({ recorded: name }, { cacheDir });
    expect(trace.name).toBe(name);
    expect(traceFacts(trace).pages).toBeGreaterThan(3000);
  }
  for (const file of readdirSync(cacheDir)) expect(readRaw(join(cacheDir, file))).toBeDefined();
});
