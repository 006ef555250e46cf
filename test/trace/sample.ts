import fc from "fast-check";
import { traceDigest } from "../../lib/trace/digest.js";
import type { TraceOrigin } from "../../lib/trace/header.js";
import { nrFilePages, type Trace, type TraceEvent, type TraceLayout, WRITE } from "../../lib/trace/trace.js";

export const ORIGIN: TraceOrigin = { about: "a test", command: ["true"], version: "1", recorder: "none" };

/*
 * Two processes that map the same file, and one anonymous range each:
 *
 *   slots      0 .. 9 anon | 10 .. 19 file 0 from page 2 | 512 .. 515 file 0 from page 2 | 600 .. 899 anon
 *   fd slots   1024 .. 1043 (file 0: 15 pages, file 1: 5 pages)
 */
export const LAYOUT: TraceLayout = {
  nrSlots: 1024,
  vmas: [
    { process: 0, start: 0, nr: 10, kind: "anon" },
    { process: 0, start: 10, nr: 10, kind: "file", file: 0, offset: 2, exec: true },
    { process: 1, start: 512, nr: 4, kind: "file", file: 0, offset: 2 },
    { process: 1, start: 600, nr: 300, kind: "anon", recency: false },
  ],
  files: [
    { name: "a", nr: 15 },
    { name: "b", nr: 5 },
  ],
};

/** A trace from plain arrays. */
export function traceOf(records: number[], counts: number[], events: TraceEvent[] = []): Trace {
  const shared = (values: number[]): Uint32Array => {
    const array = new Uint32Array(new SharedArrayBuffer(values.length * 4));
    array.set(values);
    return array;
  };
  const content = { layout: LAYOUT, records: shared(records), counts: shared(counts), events };
  return { name: "sample", digest: traceDigest(content), synthetic: false, ...content };
}

/** Every slot of LAYOUT that may be accessed. */
const SLOTS: number[] = [];
for (const { start, nr } of LAYOUT.vmas) for (let i = 0; i < nr; i++) SLOTS.push(start + i);
for (let i = 0; i < nrFilePages(LAYOUT); i++) SLOTS.push(LAYOUT.nrSlots + i);

/** Arbitrary traces over LAYOUT. */
export const traces: fc.Arbitrary<Trace> = fc
  .record({
    rows: fc.array(
      fc.record({
        slot: fc.constantFrom(...SLOTS),
        store: fc.boolean(),
        count: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 0xffff_ffff })),
      }),
      { maxLength: 60 },
    ),
    events: fc.array(
      fc.record({ at: fc.nat(60), start: fc.nat(1000), nr: fc.integer({ min: 1, max: 20 }) }),
      { maxLength: 8 },
    ),
  })
  .map(({ rows, events }) => {
    const sorted = events
      .map(({ at, start, nr }) => ({ at: Math.min(at, rows.length), op: "unmap" as const, start, nr }))
      .sort((a, b) => a.at - b.at);
    const records = rows.map(({ slot, store }) => (store ? (slot | WRITE) >>> 0 : slot));
    return traceOf(
      records,
      rows.map((row) => row.count),
      sorted,
    );
  });

/** The parts of a trace that tests compare, as plain data. */
export function plain(trace: Trace): unknown {
  return { ...trace, records: [...trace.records], counts: [...trace.counts] };
}
