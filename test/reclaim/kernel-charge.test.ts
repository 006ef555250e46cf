/*
 * Memory that runs out while the kernel's own pages are charged for a page of a file: that page is given back, with its frame, and
 * the run ends like every other that is out of memory. Of 300 pages some 296 hold anonymous memory that cannot go; every 64 pages of
 * the file ask for a node, which now and then is a page more.
 */
import { expect, it } from "vitest";
import { lru, mglru } from "../../lib/policies/index.js";
import { simulate } from "../../lib/sim/run-cell.js";
import { WRITE } from "../../lib/trace/trace.js";
import { CELL, traceOf } from "../tiny.js";

const LAYOUT = {
  nrSlots: 512,
  vmas: [{ process: 0, start: 0, nr: 400, kind: "anon" as const }],
  files: [{ name: "f", nr: 16384 }],
};
const read = (page: number): number => 512 + page;

it.each([
  ["lru", lru],
  ["mglru", mglru],
])("%s: the machine adds up, whatever is in use when a node is wanted", (_name, policy) => {
  const statuses = new Set<string>();
  for (let leaves = 1; leaves <= 9; leaves++) {
    for (let anonymous = 290; anonymous <= 297; anonymous++) {
      const reads = Array.from({ length: leaves }, (_, i) => read(64 * i));
      const stores = Array.from({ length: anonymous }, (_, slot) => (slot | WRITE) >>> 0);
      const trace = traceOf(LAYOUT, [...reads, ...stores, read(64 * leaves)]);
      const cell = { ...CELL, memoryMax: 300, swap: "none" as const, machine: { kernelMemory: true } };
      statuses.add(simulate(cell, trace, policy()).status);
    }
  }
  expect(statuses).toEqual(new Set(["ok", "oom"]));
});
