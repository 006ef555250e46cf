import fc from "fast-check";
import type { CellSpec } from "../lib/sim/cell.js";
import { traceDigest } from "../lib/trace/digest.js";
import {
  nrSlotsAll,
  PTRS_PER_PTE,
  type Trace,
  type TraceEvent,
  type TraceLayout,
  WRITE,
} from "../lib/trace/trace.js";

/** A cell without trace and policy, plain values. */
export const CELL: Omit<CellSpec, "trace" | "policy"> = {
  memoryMax: 256,
  profile: "6.12",
  set: {},
  swap: "zram",
  swappiness: 60,
  seed: 1,
};

/** A trace from its parts, in ordinary arrays. */
export function traceOf(
  layout: TraceLayout,
  records: readonly number[],
  events: readonly TraceEvent[] = [],
): Trace {
  const parts = {
    layout,
    records: Uint32Array.from(records),
    counts: new Uint32Array(records.length).fill(1),
    events,
  };
  return { name: "tiny", digest: traceDigest(parts), synthetic: true, ...parts };
}

/** Layout of one anonymous range of `nr` pages, slots 0 to nr - 1. */
export function anonLayout(nr: number): TraceLayout {
  const nrSlots = Math.ceil(nr / PTRS_PER_PTE) * PTRS_PER_PTE;
  return { nrSlots, vmas: [{ process: 0, start: 0, nr, kind: "anon" }], files: [] };
}

/** Layout of one file of `nr` pages, mapped (slots 0 to nr - 1) and open (slots nrSlots to nrSlots + nr - 1). */
export function fileLayout(nr: number, exec = false): TraceLayout {
  const nrSlots = Math.ceil(nr / PTRS_PER_PTE) * PTRS_PER_PTE;
  return {
    nrSlots,
    vmas: [{ process: 0, start: 0, nr, kind: "file", file: 0, offset: 0, exec }],
    files: [{ name: "file", nr }],
  };
}

/**
 * Two processes: each with anonymous memory and the same file mapped, one mapping without recency, one
 * executable; the file is read and written through descriptors too. 1,536 slots, 700 pages of file.
 */
export const SHARED: TraceLayout = {
  nrSlots: 3 * PTRS_PER_PTE + PTRS_PER_PTE,
  vmas: [
    { process: 0, start: 0, nr: 300, kind: "anon" },
    { process: 0, start: 400, nr: 500, kind: "file", file: 0, offset: 0, exec: true },
    { process: 1, start: 1024, nr: 260, kind: "anon" },
    { process: 1, start: 1300, nr: 400, kind: "file", file: 0, offset: 200 },
    { process: 1, start: 1700, nr: 100, kind: "file", file: 1, offset: 0, recency: false },
  ],
  files: [
    { name: "a", nr: 600 },
    { name: "b", nr: 100 },
  ],
};

const USABLE: readonly number[] = (() => {
  const usable: number[] = [];
  for (const { start, nr } of SHARED.vmas) for (let i = 0; i < nr; i++) usable.push(start + i);
  for (let slot = SHARED.nrSlots; slot < nrSlotsAll(SHARED); slot++) usable.push(slot);
  return usable;
})();

/** Random traces over {@link SHARED}: a drifting hot window and stray accesses, stores, munmaps. */
export const sharedTraces: fc.Arbitrary<Trace> = fc
  .record({
    accesses: fc.array(fc.tuple(fc.nat(399), fc.nat(USABLE.length - 1), fc.nat(9)), {
      minLength: 600,
      maxLength: 3000,
    }),
    base: fc.nat(USABLE.length - 1),
    unmaps: fc.array(fc.tuple(fc.nat(), fc.nat(SHARED.vmas.length - 1), fc.nat(), fc.nat(200)), {
      maxLength: 4,
    }),
  })
  .map(({ accesses, base, unmaps }) => {
    const records = accesses.map(([near, anywhere, kind], i) => {
      const at = kind < 7 ? (base + near + Math.floor(i / 8)) % USABLE.length : anywhere;
      return (USABLE[at]! | (kind % 3 === 0 ? WRITE : 0)) >>> 0;
    });
    const events = unmaps
      .map(([at, v, offset, nr]): TraceEvent => {
        const vma = SHARED.vmas[v]!;
        const start = vma.start + (offset % vma.nr);
        return {
          at: at % records.length,
          op: "unmap",
          start,
          nr: Math.min(nr + 1, vma.start + vma.nr - start),
        };
      })
      .sort((a, b) => a.at - b.at);
    return traceOf(SHARED, records, events);
  });
