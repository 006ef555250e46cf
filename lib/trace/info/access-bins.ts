import { nrSlotsAll, SLOT_MASK, type Trace } from "../trace.js";

/** Accesses by time and place: a picture of a trace, as data. */
export interface AccessBins {
  /** Accesses in each bin. Shape: [rows][columns]; row 0 holds the lowest slots, column 0 the first accesses. */
  readonly counts: readonly (readonly number[])[];
  readonly accessesPerColumn: number;
  readonly slotsPerRow: number;
}

/** Count accesses into at most `nrRows` equal ranges of slots and `nrColumns` equal parts of time. */
export function accessBins(
  { records, counts, layout }: Pick<Trace, "records" | "counts" | "layout">,
  nrColumns: number,
  nrRows: number,
): AccessBins {
  let total = 0;
  for (const count of counts) total += count;
  const accessesPerColumn = total / nrColumns;
  const slotsPerRow = Math.max(1, Math.ceil(nrSlotsAll(layout) / nrRows));
  const rows = Math.ceil(nrSlotsAll(layout) / slotsPerRow);
  const cells = Array.from({ length: rows }, () => new Array<number>(nrColumns).fill(0));
  let time = 0;
  for (let i = 0; i < records.length; i++) {
    const row = cells[Math.floor((records[i]! & SLOT_MASK) / slotsPerRow)];
    const column = Math.min(nrColumns - 1, Math.floor(time / accessesPerColumn));
    if (row) row[column]! += counts[i]!;
    time += counts[i]!;
  }
  return { counts: cells, accessesPerColumn, slotsPerRow };
}
