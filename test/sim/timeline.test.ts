/* The state over time: looking changes nothing, and what is seen adds up. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as policies from "../../lib/policies/index.js";
import type { CellSpec } from "../../lib/sim/cell.js";
import { equalParts, equalSteps } from "../../lib/sim/replay.js";
import { simulate } from "../../lib/sim/run-cell.js";
import { cellHash } from "../../lib/study/hash.js";
import { CELL, sharedTraces } from "../tiny.js";

type Row = Readonly<Record<string, number>>;
const sum = (row: Row, names: RegExp): number =>
  Object.keys(row)
    .filter((name) => names.test(name))
    .reduce((total, name) => total + row[name]!, 0);

describe.each(Object.entries(policies))("%s", (_, factory) => {
  test("a timeline changes no counter and no checkpoint", () => {
    fc.assert(
      fc.property(sharedTraces, fc.integer({ min: 1, max: 20 }), (trace, timeline) => {
        const plain = simulate({ ...CELL, machine: { checkpoints: 3 } }, trace, factory());
        const { timeline: rows, ...rest } = simulate(
          { ...CELL, machine: { checkpoints: 3, timeline } },
          trace,
          factory(),
        );
        expect(rest).toEqual(plain);
        expect(plain.timeline).toBeUndefined();
        expect(rows).toHaveLength(timeline);
      }),
      { numRuns: 8 },
    );
  });

  test("windows add up to the counters; classes or generations to the listed pages; the last row is the end", () => {
    fc.assert(
      fc.property(sharedTraces, (trace) => {
        const { counters, timeline: rows = [] } = simulate(
          { ...CELL, machine: { timeline: 7 } },
          trace,
          factory(),
        );
        for (const name of ["pgfault", "pgscan", "pgsteal", "workingset_refault_file"]) {
          expect(rows.reduce((total, row) => total + row[`window_${name}`]!, 0)).toBe(counters[name]);
        }
        for (const row of rows) {
          const listed = sum(row, /^(in)?active_/);
          expect(sum(row, /^(anon_|file_)?(class|gen)\d+$/)).toBe(listed);
          expect(row.mem_current).toBeGreaterThanOrEqual(listed);
          expect(row.mem_current).toBeLessThanOrEqual(CELL.memoryMax);
          expect(row.max_seq).toBeGreaterThanOrEqual(row.min_seq_file!);
        }
        const last = rows.at(-1)!;
        expect([last.nr_record, last.nr_access]).toEqual([counters.nr_record, counters.nr_access]);
        expect(last.active_file).toBe(counters.active_file_now);
      }),
      { numRuns: 8 },
    );
  });
});

test("all rows have the same columns, for a tidy table", () => {
  for (const factory of Object.values(policies)) {
    const [trace] = fc.sample(sharedTraces, { numRuns: 1, seed: 1 });
    const { timeline: rows = [] } = simulate({ ...CELL, machine: { timeline: 4 } }, trace!, factory());
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(Object.keys(rows[0]!));
      for (const value of Object.values(row)) expect(Number.isFinite(value)).toBe(true);
    }
  }
});

test("with memcgs each has its own columns, and what is listed is what they list", () => {
  const [trace] = fc.sample(sharedTraces, { numRuns: 1, seed: 1 });
  const machine = {
    memcgs: [{ name: "a", processes: [0] }],
    memory: { nodes: [{ pages: 4096 }, { pages: 4096 }] },
  };
  const factory = Object.values(policies)[0]!;
  const plain = simulate({ ...CELL, machine }, trace!, factory());
  const { timeline: rows = [], ...rest } = simulate(
    { ...CELL, machine: { ...machine, timeline: 3 } },
    trace!,
    factory(),
  );
  expect(rest).toEqual(plain);
  const last = rows.at(-1)!;
  for (const name of ["a.inactive_anon", "a.node1.active_file", "root.mem_current"])
    expect(last[name]).toBeDefined();
  expect(sum(last, /^[a-z0-9.]+\.inactive_file$/)).toBe(plain.counters.inactive_file_now);
});

test("stops lie between records, ascending; without samples there is none", () => {
  expect(equalParts(10, 4)).toEqual([2, 5, 7]);
  expect(equalParts(3, 10)).toEqual([1, 2]);
  expect(equalParts(0, 3)).toEqual([]);
  expect(equalSteps(10, 3)).toEqual([3, 6, 9]);
  fc.assert(
    fc.property(fc.nat(50), fc.integer({ min: 1, max: 60 }), (length, parts) => {
      for (const stops of [equalParts(length, parts), equalSteps(length, parts)]) {
        expect(stops.every((at, i) => at > (stops[i - 1] ?? 0) && at < length)).toBe(true);
      }
    }),
  );
});

test("a cell with a timeline is another cell; a wrong number of samples is refused", () => {
  const spec: CellSpec = { ...CELL, trace: { recorded: "x" }, policy: { name: "p" } };
  const hash = (timeline?: number): string =>
    cellHash({ ...spec, ...(timeline !== undefined && { machine: { timeline } }) }, "t", "c");
  expect(new Set([hash(), hash(1), hash(2)]).size).toBe(3);
  const [trace] = fc.sample(sharedTraces, { numRuns: 1, seed: 1 });
  for (const timeline of [-1, 1.5, 10_001]) {
    expect(() => simulate({ ...CELL, machine: { timeline } }, trace!, Object.values(policies)[0]!())).toThrow(
      /^invalid timeline: .*; give a number of samples from 0 to 10000$/,
    );
  }
});
