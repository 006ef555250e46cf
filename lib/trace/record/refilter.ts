/*
 * The recorder's filter once more, over the records of a finished trace, with more pages: for traces that would
 * not fit their file. Same rules: one list for each process, counts are added to the record that brought the page
 * in, emptied after a number of accesses and by every unmap. Records of descriptors pass.
 */
import { traceDigest } from "../digest.js";
import { SLOT_MASK, type Trace, WRITE } from "../trace.js";

/** Least recently used list of the slots of one process; values are the indices of their kept records. */
interface Filter {
  readonly kept: Map<number, number>;
  accesses: number;
}

function processOfSlots(trace: Trace): Uint16Array {
  const process = new Uint16Array(trace.layout.nrSlots);
  for (const vma of trace.layout.vmas) process.fill(vma.process, vma.start, vma.start + vma.nr);
  return process;
}

/**
 * The trace with repeated accesses folded into earlier records.
 *
 * @param pages Pages that the filter of each process holds, at least 1.
 * @param refresh Accesses of a process after which its filter is emptied.
 */
export function refilter(trace: Trace, pages: number, refresh: number): Trace {
  const { layout, events } = trace;
  const processOf = processOfSlots(trace);
  const filters = new Map<number, Filter>();
  const records = new Uint32Array(trace.records.length);
  const counts = new Uint32Array(trace.records.length);
  const shifted: Trace["events"][number][] = [];
  let nr = 0;
  let event = 0;
  for (let i = 0; i <= trace.records.length; i++) {
    for (; event < events.length && events[event]!.at <= i; event++) {
      filters.delete(processOf[events[event]!.start]!);
      shifted.push({ ...events[event]!, at: nr });
    }
    if (i === trace.records.length) break;
    const word = trace.records[i]!;
    const count = trace.counts[i]!;
    const slot = word & SLOT_MASK;
    let index = nr;
    if (slot < layout.nrSlots) {
      const process = processOf[slot]!;
      let filter = filters.get(process);
      if (filter === undefined || filter.accesses + count > refresh) {
        filter = { kept: new Map(), accesses: 0 };
        filters.set(process, filter);
      }
      filter.accesses += count;
      index = filter.kept.get(slot) ?? nr;
      filter.kept.delete(slot);
      filter.kept.set(slot, index);
      if (filter.kept.size > pages) filter.kept.delete(filter.kept.keys().next().value!);
    }
    if (index === nr) records[nr++] = slot;
    records[index] = (records[index]! | (word & WRITE)) >>> 0;
    counts[index]! += count;
  }
  const shared = (words: Uint32Array): Uint32Array => {
    const copy = new Uint32Array(new SharedArrayBuffer(nr * 4));
    copy.set(words.subarray(0, nr));
    return copy;
  };
  const content = { layout, records: shared(records), counts: shared(counts), events: shifted };
  return { name: trace.name, synthetic: trace.synthetic, digest: traceDigest(content), ...content };
}
