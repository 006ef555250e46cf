import { describe, expect, it } from "vitest";
import { lru, mglru } from "../../lib/policies/index.js";
import { simulate } from "../../lib/sim/run-cell.js";
import { anonLayout, CELL, traceOf } from "../tiny.js";

/** 2,000 pages of a file, read once each through a descriptor, under a limit of 500: four laps of memory. */
const READS = traceOf(
  { nrSlots: 0, vmas: [], files: [{ name: "f", nr: 2000 }] },
  Array.from({ length: 2000 }, (_, page) => page),
);
const run = (policy: typeof lru | typeof mglru, metadata: number, trace = READS) =>
  simulate({ ...CELL, memoryMax: 500, swap: "none", machine: { metadata } }, trace, policy()).counters;

describe("metadata of a file system", () => {
  it("comes with the first page of a file, and stays: LRU has it active from the first, and never looks", () => {
    const [without, two] = [run(lru, 0), run(lru, 2)];
    expect([without.active_file_now, two.active_file_now]).toEqual([0, 2]);
    expect(two.pgactivate, "in the add batch no event is counted: __lru_cache_activate_folio()").toBe(0);
    expect(two.nr_alloc, "it is not the workload's").toBe(2000);
  });

  it("MGLRU scans both once, cannot free them, and puts them into the youngest generation", () => {
    const c = run(mglru, 2);
    expect([c.pgscan! - c.pgsteal!, c.pgactivate, c.active_file_now]).toEqual([2, 2, 2]);
  });

  it("changes nothing where no file is used", () => {
    const anon = traceOf(
      anonLayout(600),
      Array.from({ length: 600 }, (_, page) => page),
    );
    const cell = { ...CELL, memoryMax: 500 };
    expect(simulate({ ...cell, machine: { metadata: 2 } }, anon, mglru()).counters).toEqual(
      simulate(cell, anon, mglru()).counters,
    );
  });

  it("is a number of pages", () => {
    expect(() => run(lru, 65)).toThrow("invalid metadata: 65; give a number of pages from 0 to 64");
    expect(() => run(lru, 0.5)).toThrow("invalid metadata: 0.5");
  });
});
