import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CellResult, CellSpec } from "../../lib/sim/cell.js";
import { readResults, verifyResults } from "../../lib/study/results/catalog.js";
import { openDatabase } from "../../lib/study/results/database.js";
import { openResults } from "../../lib/study/results.js";
import { tempFolder } from "./fixtures/cells.js";
import { entryOf } from "./fixtures/entry-of.mjs";

const spec: CellSpec = {
  trace: { recorded: "sort" },
  memoryMax: 64,
  policy: { name: "lru" },
  profile: "6.12",
  set: {},
  swap: "zram",
  swappiness: 60,
  seed: 0,
};
const key = { spec, traceDigest: "t", codeDigest: "c" };
const result: CellResult = {
  status: "ok",
  counters: { pgscan: 123_456_789_012, workingset_refault_anon: 7 },
};
const hash = "ab".repeat(32);

const wanted = [{ hash, spec, traceDigest: "t" }];
const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => !name.startsWith("current/"))
    .sort();
const segmentOf = (folder: string): string =>
  join(folder, "segments", readdirSync(join(folder, "segments"))[0]!);

describe("openResults", () => {
  it("gives back what it keeps, before it is merged and after", async () => {
    const folder = tempFolder();
    const store = await openResults(folder);
    expect((await store.load(wanted)).results.size).toBe(0);
    await store.save(hash, key, result);
    for (const reader of [store, await openResults(folder)])
      expect((await reader.load(wanted)).results.get(hash)).toEqual(result);
    await store.close();
    expect(files(folder)).toEqual([
      "current",
      "merged",
      "merged/000001",
      ...["cells.duckdb", "cells.parquet", "entries.parquet", "made.parquet", "runs.parquet"].map(
        (name) => `merged/000001/${name}`,
      ),
      "segments",
    ]);
    const reader = await openResults(folder);
    expect(await reader.load(wanted)).toMatchObject({ results: new Map([[hash, result]]), stale: [] });
    expect([reader.damaged, reader.problem, reader.mergeProblem]).toEqual([[], undefined, undefined]);
  });

  it("writes the same bytes whoever computed, in whatever order and in how many runs; provenance lies beside", async () => {
    const folders = [tempFolder(), tempFolder()];
    const seeds = [5, 3, 9, 1];
    const all = await openResults(folders[0]!);
    for (const { hash, key, result } of seeds.map((seed) => entryOf(seed)))
      await all.save(hash, key, result, { host: "here", ms: 1 });
    await all.close();
    for (const seed of seeds.toReversed()) {
      const one = await openResults(folders[1]!);
      const { hash, key, result } = entryOf(seed);
      await one.save(hash, key, result, { host: "there", ms: 2 });
      await one.close();
    }
    for (const name of ["entries.parquet", "cells.parquet"]) {
      const [a, b] = folders.map((folder) => readFileSync(join(folder, "current", name)));
      expect(a!.equals(b!)).toBe(true);
      expect(a!.includes("here")).toBe(false);
    }
    expect(readdirSync(join(folders[1]!, "merged"))).toEqual(["000003", "000004"]);
  });

  it("takes no line of a segment that was cut or changed, at any byte", async () => {
    const folder = tempFolder();
    const store = await openResults(folder);
    await store.save(hash, key, result);
    const path = segmentOf(folder);
    const whole = readFileSync(path);
    const first = whole.indexOf("\n") + 1;
    const load = async (bytes: Buffer): Promise<[number, readonly string[]]> => {
      writeFileSync(path, bytes);
      const reader = await openResults(folder);
      return [(await reader.load(wanted)).results.size, reader.damaged];
    };
    // Without its line feed the line is still whole; shorter, it is what a kill leaves, and no damage.
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: first, max: whole.length - 2 }), async (length) => {
        expect(await load(whole.subarray(0, length))).toEqual([0, []]);
      }),
      { numRuns: 50 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: first, max: whole.length - 2 }),
        fc.integer({ min: 1, max: 127 }),
        async (at, flip) => {
          const bytes = Buffer.from(whole);
          bytes[at]! ^= flip;
          const [nr, damaged] = await load(bytes);
          expect(nr).toBe(0);
          expect(damaged.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("puts a generation aside that cannot be read; what is in a segment or the generation before is still there", async () => {
    const folder = tempFolder();
    for (const seed of [1, 2]) {
      const store = await openResults(folder);
      const { hash, key, result } = entryOf(seed);
      await store.save(hash, key, result);
      await store.close();
    }
    const path = join(folder, "merged", "000002", "entries.parquet");
    writeFileSync(path, readFileSync(path).subarray(0, 200));
    const reader = await openResults(folder);
    const { results } = await reader.load([1, 2].map((seed) => ({ ...entryOf(seed), ...entryOf(seed).key })));
    expect([...results.keys()]).toEqual([entryOf(1).hash]);
    expect(reader.damaged).toMatchObject([expect.stringContaining(join(folder, "damaged", "2-"))]);
  });

  it("takes no result whose checksum is another's; the next merge is rid of it", async () => {
    const folder = tempFolder();
    const store = await openResults(folder);
    await store.save(hash, key, result);
    await store.close();
    const database = await openDatabase();
    const file = join(folder, "merged", "000001", "entries.parquet");
    await database.run(`create table t as select * replace('{"counters":{},"status":"ok"}' as result)
      from read_parquet('${file}')`);
    await database.run(`copy t to '${file}' (format parquet)`);
    database.close();
    const reader = await openResults(folder);
    expect((await reader.load(wanted)).results.size).toBe(0);
    expect(reader.damaged).toEqual([`${file}:${hash}`]);
    expect((await verifyResults(folder)).damaged).toEqual([hash]);
    await reader.save(hash, key, result);
    await reader.close();
    expect(await verifyResults(folder)).toEqual({ entries: 1, damaged: [], doubled: [], conflicts: [] });
  });

  it("two stores of one process at once keep everything, and merge in any order", async () => {
    const folder = tempFolder();
    const stores = await Promise.all([1, 2, 3, 4].map(() => openResults(folder)));
    await Promise.all(
      stores.map(async (store, i) => {
        for (let seed = i * 3; seed < i * 3 + 5; seed++) {
          const { hash, key, result } = entryOf(seed);
          await store.save(hash, key, result);
        }
        await store.close();
      }),
    );
    expect(await verifyResults(folder)).toEqual({ entries: 14, damaged: [], doubled: [], conflicts: [] });
    expect(readdirSync(join(folder, "segments"))).toEqual([]);
  });

  it("says when two results lie under one hash", async () => {
    const folder = tempFolder();
    for (const pgscan of [1, 2]) {
      const store = await openResults(folder);
      await store.save(hash, key, { status: "ok", counters: { pgscan } });
      if (pgscan === 1) await store.close();
    }
    expect((await verifyResults(folder)).conflicts).toEqual([hash]);
  });

  it("merges counters of any name: those of a key column or of another case are no column, but kept", async () => {
    const folder = tempFolder();
    const odd = { hash: 1, seed: 2, a: 1.5, A: 3, "quote \" ' $.": 4, big: 2 ** 70 };
    const store = await openResults(folder);
    await store.save(hash, key, { status: "ok", counters: odd });
    await store.close();
    expect(store.mergeProblem).toBe(undefined);
    expect((await (await openResults(folder)).load(wanted)).results.get(hash)!.counters).toEqual(odd);
    const names = (await readResults(folder, { all: true })).columnNames();
    expect(names.slice(-3)).toEqual(["A", "big", "quote \" ' $."]);
  });

  it("refuses a path that is a file", async () => {
    const file = join(tempFolder(), "file");
    writeFileSync(file, "");
    await expect(openResults(file)).rejects.toMatchObject({
      name: "InputError",
      message: expect.stringContaining(file),
    });
    await expect(openResults(join(file, "deeper"))).rejects.toThrow("not a folder");
  });
});
