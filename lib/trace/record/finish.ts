import { traceDigest } from "../digest.js";
import { type Trace, type TraceEvent, WRITE } from "../trace.js";
import { numberPlaces } from "./layout.js";
import { FD, type Recorder, STORE } from "./recorder.js";

/** Ranges of the slots in `slots`; a gap is bridged if nothing was ever accessed in it. */
function ranges(slots: number[], everUsed: Uint8Array): { start: number; nr: number }[] {
  const result: { start: number; nr: number }[] = [];
  slots.sort((a, b) => a - b);
  for (const slot of slots) {
    const last = result.at(-1);
    const end = last === undefined ? -1 : last.start + last.nr;
    if (last !== undefined && slot < end) continue;
    if (last !== undefined && !everUsed.subarray(end, slot).includes(1)) last.nr = slot - last.start + 1;
    else result.push({ start: slot, nr: 1 });
  }
  return result;
}

/** Makes the trace of a recording. All processes should have ended. */
export function finishTrace(name: string, recorder: Recorder): Trace {
  const { layout, slotOf, fdSlotOf } = numberPlaces(recorder);
  const nr = recorder.records.length;
  const records = new Uint32Array(new SharedArrayBuffer(nr * 4));
  const counts = new Uint32Array(new SharedArrayBuffer(nr * 4));
  counts.set(recorder.counts.values());
  for (let i = 0; i < nr; i++) {
    const word = recorder.records.data[i]!;
    const id = word & ~(STORE | FD);
    const slot = (word & FD) === 0 ? slotOf[id]! : fdSlotOf[id]!;
    records[i] = (word & STORE) === 0 ? slot : (slot | WRITE) >>> 0;
  }
  const everUsed = new Uint8Array(layout.nrSlots);
  for (const slot of slotOf) everUsed[slot] = 1;
  const events: TraceEvent[] = [];
  for (const { at, places } of recorder.gone) {
    const slots = places.map((id) => slotOf[id]!);
    for (const range of ranges(slots, everUsed)) events.push({ at, op: "unmap", ...range });
  }
  const digest = traceDigest({ layout, records, counts, events });
  return { name, digest, synthetic: false, layout, records, counts, events };
}
