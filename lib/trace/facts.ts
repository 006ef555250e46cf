import { nrFilePages, nrPages, pageOfSlot, SLOT_MASK, type Trace, WRITE } from "./trace.js";

/** What a trace amounts to. */
export interface TraceFacts {
  readonly name: string;
  /** Number of records. */
  readonly records: number;
  /** Accesses that the records stand for. */
  readonly accesses: number;
  /** Pages accessed at least once: the footprint. Sum of the next two. */
  readonly pages: number;
  readonly anonPages: number;
  readonly filePages: number;
  /** Share of records that store, 0 to 1. */
  readonly writeShare: number;
  /** Share of records that go through a file descriptor, 0 to 1. */
  readonly fdShare: number;
  readonly processes: number;
  readonly events: number;
}

/** Counts what a trace amounts to, in one pass. */
export function traceFacts(trace: Trace): TraceFacts {
  const { records, counts, layout } = trace;
  const pageOf = pageOfSlot(layout);
  const seen = new Uint8Array(nrPages(layout));
  const filePages = nrFilePages(layout);
  const found = { accesses: 0, writes: 0, fd: 0, anon: 0, file: 0 };
  for (let i = 0; i < records.length; i++) {
    const slot = records[i]! & SLOT_MASK;
    const page = pageOf[slot]!;
    found.accesses += counts[i]!;
    if ((records[i]! & WRITE) !== 0) found.writes++;
    if (slot >= layout.nrSlots) found.fd++;
    if (seen[page] === 1) continue;
    seen[page] = 1;
    if (page < filePages) found.file++;
    else found.anon++;
  }
  const share = (nr: number): number => (records.length === 0 ? 0 : nr / records.length);
  return {
    name: trace.name,
    records: records.length,
    accesses: found.accesses,
    pages: found.anon + found.file,
    anonPages: found.anon,
    filePages: found.file,
    writeShare: share(found.writes),
    fdShare: share(found.fd),
    processes: new Set(layout.vmas.map((vma) => vma.process)).size,
    events: trace.events.length,
  };
}
