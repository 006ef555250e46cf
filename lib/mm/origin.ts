/*
 * Where an access comes from: what the program behind it could tell the kernel, as far as a trace has it. Madvise is in
 * the layout (`recency`); the rest is what a policy that is informed by its application goes by, such as the threads that scan.
 *
 *   slot ---> range (process, file or anonymous, advice)  |  file of a descriptor access
 */
import type { TraceLayout } from "../trace/trace.js";
import { addressMap } from "./address-map.js";
import { NIL } from "./folio.js";

export interface Origin {
  /** Process of the trace; NIL for an access through a descriptor, of which a trace does not tell it. */
  readonly process: number;
  /** Name of the file, "" for anonymous memory. */
  readonly file: string;
  /** Read or written through a descriptor, not mapped. */
  readonly fd: boolean;
  /** False where the program has declared that recency means nothing (MADV_SEQUENTIAL, MADV_RANDOM). */
  readonly recency: boolean;
}

/** Of an access of which nothing is known. */
export const UNKNOWN_ORIGIN: Origin = { process: NIL, file: "", fd: false, recency: true };

/** The origins of all accesses to a layout, made once. `of` allocates nothing. */
export function originsOf(layout: TraceLayout): (slot: number) => Origin {
  const { vmaOf, fileOf } = addressMap(layout);
  const { nrSlots, files } = layout;
  const mapped = layout.vmas.map((vma): Origin => {
    const { file = NIL, recency = true } = vma;
    return { process: vma.process, file: files[file]?.name ?? "", fd: false, recency };
  });
  const opened = files.map(({ name }): Origin => ({ process: NIL, file: name, fd: true, recency: true }));
  return (slot) => (slot < nrSlots ? mapped[vmaOf.at(slot)]! : opened[fileOf[slot - nrSlots]!]!);
}
