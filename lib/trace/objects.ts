/* A trace as a cache sees it: each record one request for one object. */
import { nrPages, pageOfSlot, SLOT_MASK, type Trace } from "./trace.js";

export interface Requests {
  /** The object of each request. Shape: Int32Array[nrRecords]. */
  readonly objects: Int32Array;
  /** Objects are numbered from 0 to nrObjects - 1. */
  readonly nrObjects: number;
}

/** A page space this many times larger than the trace is long would waste more memory than numbering anew takes time. */
const SPARSE = 16;

/**
 * The requests of a trace. An object is a page of content: an anonymous page, or a page of a file, whoever maps or reads
 * it. Loads and stores are requests alike; runs (counts) are one request; unmaps are not looked at.
 */
export function requestsOf(trace: Pick<Trace, "layout" | "records">): Requests {
  const { layout, records } = trace;
  const pageOf = pageOfSlot(layout);
  const objects = new Int32Array(records.length);
  for (let i = 0; i < records.length; i++) {
    const page = pageOf[records[i]! & SLOT_MASK];
    if (page === undefined || page < 0) {
      throw new Error(
        `record ${i} accesses slot ${records[i]! & SLOT_MASK}, which is in no range of the layout`,
      );
    }
    objects[i] = page;
  }
  const pages = nrPages(layout);
  return pages > SPARSE * records.length + 65536
    ? numberedAnew(objects)
    : { objects, nrObjects: Math.max(1, pages) };
}

/** Objects in the order of their first request. */
function numberedAnew(objects: Int32Array): Requests {
  const numbers = new Map<number, number>();
  for (let i = 0; i < objects.length; i++) {
    let number = numbers.get(objects[i]!);
    if (number === undefined) numbers.set(objects[i]!, (number = numbers.size));
    objects[i] = number;
  }
  return { objects, nrObjects: Math.max(1, numbers.size) };
}
