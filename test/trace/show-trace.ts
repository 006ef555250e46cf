import { pageOfSlot, SLOT_MASK, type Trace, WRITE } from "../../lib/trace/trace.js";

/** Where a slot lies: "anon 3" (slot in its range's leaf table numbering), "file 7" or "fd 7" (page over all files). */
function placeOf({ layout }: Trace, pageOf: Int32Array, slot: number): string {
  if (slot >= layout.nrSlots) return `fd ${slot - layout.nrSlots}`;
  const vma = layout.vmas.find(({ start, nr }) => slot >= start && slot < start + nr);
  if (vma === undefined) return `hole ${slot}`;
  return vma.kind === "anon" ? `anon ${slot}` : `file ${pageOf[slot]}`;
}

/** Records as text: "r anon 3", with "x5" behind those that stand for several accesses. */
export function showTrace(trace: Trace): string[] {
  const pageOf = pageOfSlot(trace.layout);
  return Array.from(trace.records, (word, i) => {
    const times = trace.counts[i] === 1 ? "" : ` x${trace.counts[i]}`;
    return `${(word & WRITE) !== 0 ? "w" : "r"} ${placeOf(trace, pageOf, word & SLOT_MASK)}${times}`;
  });
}
