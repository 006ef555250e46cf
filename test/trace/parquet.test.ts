import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeTrace, readTraceFile, readTraceHeader, writeTraceFile } from "../../lib/trace/parquet.js";
import { WRITE } from "../../lib/trace/trace.js";
import { InputError } from "../../lib/util/error.js";
import { LAYOUT, ORIGIN, plain, traceOf, traces } from "./sample.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "parquet-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const SAMPLE = traceOf(
  [3, (WRITE | 3) >>> 0, 12, 700, 1024, (WRITE | 1043) >>> 0],
  [1, 5, 70_000, 1, 2, 0xffff_ffff],
  [
    { at: 2, op: "unmap", start: 0, nr: 10 },
    { at: 6, op: "unmap", start: 600, nr: 300 },
  ],
);

describe("write and read", () => {
  test("gives the same trace, in shared memory, and leaves no temporary file", async () => {
    const path = join(folder, "sample.parquet");
    await writeTraceFile(path, SAMPLE, ORIGIN);
    const read = await readTraceFile(path);
    expect(plain(read)).toEqual(plain(SAMPLE));
    expect(read.records.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(read.counts.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect((await readTraceHeader(path)).origin).toEqual(ORIGIN);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("gives the same trace for any trace, and equal bytes for equal traces", async () => {
    const path = join(folder, "any.parquet");
    await fc.assert(
      fc.asyncProperty(traces, async (trace) => {
        await writeTraceFile(path, trace, ORIGIN);
        expect(plain(await readTraceFile(path))).toEqual(plain(trace));
        const bytes = readFileSync(path);
        await writeTraceFile(path, trace, ORIGIN);
        expect(readFileSync(path).equals(bytes)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a damaged file", () => {
  const same = plain(SAMPLE);

  /** An InputError that names the file, or the trace unharmed. Anything else is a crash or a silent difference. */
  async function refusedOrSame(bytes: Uint8Array): Promise<void> {
    try {
      expect(plain(await decodeTrace(bytes, "x.parquet"))).toEqual(same);
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      expect((error as Error).message).toContain("x.parquet");
    }
  }

  test("cut at any byte is refused", async () => {
    const path = join(folder, "cut.parquet");
    await writeTraceFile(path, SAMPLE, ORIGIN);
    const bytes = readFileSync(path);
    for (let length = 0; length < bytes.length; length++) {
      await expect(decodeTrace(bytes.subarray(0, length), "x.parquet")).rejects.toThrow(InputError);
    }
  });

  test("with any one byte changed is refused or read unharmed", async () => {
    const path = join(folder, "bytes.parquet");
    await writeTraceFile(path, SAMPLE, ORIGIN);
    const bytes = readFileSync(path);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at] = changed[at]! ^ (1 << (at % 8));
      await refusedOrSame(changed);
    }
  });

  test("with random bytes changed is refused or read unharmed", async () => {
    const path = join(folder, "random.parquet");
    await writeTraceFile(path, SAMPLE, ORIGIN);
    const bytes = readFileSync(path);
    const change = fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const changed = Uint8Array.from(bytes);
        for (const { at, to } of changes) changed[at] = to;
        await refusedOrSame(changed);
      }),
      { numRuns: 1500 },
    );
  });
});

/** Writes rows that the writer itself would never produce. */
async function writeRows(rows: Partial<Record<string, unknown[]>>, header?: unknown): Promise<string> {
  const path = join(folder, "rows.parquet");
  const good = {
    page: [3, 12],
    op: ["read", "read"],
    kind: ["anon", "file-mmap"],
    process: [0, 0],
    count: [1, 1],
  };
  const columns: Record<string, unknown[] | undefined> = { ...good, ...rows };
  const types: Record<string, "INT32" | "STRING"> = { op: "STRING", kind: "STRING" };
  const columnData = Object.entries(columns).flatMap(([name, data]) =>
    data === undefined ? [] : [{ name, data, type: types[name] ?? ("INT32" as const) }],
  );
  const origin = {
    format: 1,
    name: "x",
    synthetic: false,
    digest: "0".repeat(64),
    origin: ORIGIN,
    layout: LAYOUT,
  };
  const value = JSON.stringify(header ?? origin);
  const kvMetadata =
    header === null
      ? []
      : [
          { key: "reclaim-lab.trace", value },
          { key: "reclaim-lab.sha256", value: createHash("sha256").update(value).digest("hex") },
        ];
  writeFileSync(path, new Uint8Array(parquetWriteBuffer({ columnData, kvMetadata })));
  return path;
}

describe("what is refused says so, with file and row", () => {
  test.each([
    ["unknown op: load", { op: ["read", "load"] }],
    ["unknown kind: disk", { kind: ["anon", "disk"] }],
    ["count below 1: 0", { count: [1, 0] }],
    ["count below 1: -1", { count: [1, -1] }],
    ["page outside the layout: 1024", { page: [3, 1024] }],
    ["page outside the layout: 20", { page: [3, 20], kind: ["anon", "file-fd"] }],
    ["page outside the layout: 1033", { page: [3, 1020], op: ["read", "unmap"], count: [1, 14] }],
    ["page of another kind: 30 is hole", { page: [3, 30] }],
    ["page of another kind: 4 is anon", { page: [3, 4] }],
    ["page of another process: 12 is of 0, not 1", { process: [0, 1] }],
    [
      "unmap of a page that is not mapped: 5",
      { op: ["read", "unmap"], page: [3, 5], kind: ["anon", "file-fd"] },
    ],
  ])("%s", async (message, rows) => {
    const path = await writeRows(rows);
    const error = await readTraceFile(path).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).toContain(`(${path}, row 1)`);
  });

  test("rows that fit, but are not the ones that were written", async () => {
    await expect(readTraceFile(await writeRows({}))).rejects.toThrow(
      /damaged trace file: .*rows.parquet .*sha256/,
    );
  });

  test("wrong columns, no metadata, another format, a layout that makes no sense", async () => {
    await expect(readTraceFile(await writeRows({ count: undefined }))).rejects.toThrow(
      /wrong columns: page INT32/,
    );
    await expect(readTraceFile(await writeRows({}, null))).rejects.toThrow(
      /no trace in Parquet file: .*rows/,
    );
    await expect(readTraceFile(await writeRows({}, { format: 9 }))).rejects.toThrow(
      /unknown trace format: 9/,
    );
    const vmas = [{ process: 0, start: 500, nr: 600, kind: "anon" }];
    const header = { format: 1, name: "x", synthetic: false, digest: "0".repeat(64), origin: ORIGIN };
    const bad = { ...header, layout: { ...LAYOUT, vmas } };
    await expect(readTraceFile(await writeRows({}, bad))).rejects.toThrow(/vma outside the slots/);
  });

  test("no file, an empty file, no Parquet", async () => {
    await expect(readTraceFile(join(folder, "none"))).rejects.toThrow(
      /cannot read trace file: .*none .*ENOENT/,
    );
    const path = join(folder, "text");
    writeFileSync(path, "");
    await expect(readTraceFile(path)).rejects.toThrow(InputError);
    writeFileSync(path, "page,op\n1,read\n");
    await expect(readTraceFile(path)).rejects.toThrow(/not a Parquet file: .*text/);
  });
});
