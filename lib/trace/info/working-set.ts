/*
 * Denning's working set: W(t, tau) is the pages visited in the last tau records before time t. Time is counted in records.
 * A page that was freed meanwhile still counts: it was visited.
 * Source: Denning, The Working Set Model for Program Behavior, CACM 11(5), 1968.
 */
import { nrPages, pageOfSlot, SLOT_MASK, type Trace } from "../trace.js";

/** Sizes of the working set for one window. */
export interface WorkingSet {
  /** Length of the window, in records. */
  readonly tau: number;
  /** Mean size over all records, in pages. */
  readonly mean: number;
  /** Size at each of {@link WorkingSets.at}, in pages. */
  readonly pages: readonly number[];
}

/** Working sets over time. */
export interface WorkingSets {
  /** Records done at each sample, ascending; the last is the end. */
  readonly at: readonly number[];
  /** By ascending tau. */
  readonly sets: readonly WorkingSet[];
}

/** Windows that are looked at unless said otherwise: a 1,000th of the trace, a 100th and a 10th. */
export function usualWindows(nrRecords: number): number[] {
  return [...new Set([1000, 100, 10].map((part) => Math.max(1, Math.round(nrRecords / part))))];
}

/**
 * Sizes of the working set, exact, in one pass for each window.
 * @param windows - Lengths in records, each 1 or more.
 * @param samples - Points in time at which sizes are kept, at equal distances; 1 or more.
 */
export function workingSets(trace: Trace, windows: readonly number[], samples: number): WorkingSets {
  const { length } = trace.records;
  const nr = Math.min(samples, length);
  const at = Array.from({ length: nr }, (_, i) => Math.round(((i + 1) * length) / nr));
  const sets = [...windows].sort((a, b) => a - b).map((tau) => workingSet(trace, tau, at));
  return { at, sets };
}

function workingSet({ records, layout }: Trace, tau: number, at: readonly number[]): WorkingSet {
  const pageOf = pageOfSlot(layout);
  const last = new Int32Array(nrPages(layout)).fill(-1);
  const pages: number[] = [];
  let size = 0;
  let sum = 0;
  for (let i = 0; i < records.length; i++) {
    const gone = i - tau;
    if (gone >= 0 && last[pageOf[records[gone]! & SLOT_MASK]!] === gone) size--;
    const page = pageOf[records[i]! & SLOT_MASK]!;
    if (last[page] === -1 || last[page]! <= gone) size++;
    last[page] = i;
    sum += size;
    if (i + 1 === at[pages.length]) pages.push(size);
  }
  return { tau, mean: records.length === 0 ? 0 : sum / records.length, pages };
}
