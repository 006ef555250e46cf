/*
 * Numbers that run along. The page behind slot s is s plus a constant over a whole range of addresses, and so is the slot of a
 * page: of 64 in a row all but those at the edges of ranges follow from the first. A table of one constant for each 64 stays in
 * the core's own cache, where a column over all pages does not; a miss that asked the columns waited for main memory each time.
 *
 *   at(i):   step[i / 64] = c  ->  i + c            step[i / 64] = MIXED  ->  column[i]
 */

/** log2 of the length of a run. */
const RUN_SHIFT = 6;
const RUN = 1 << RUN_SHIFT;
/** No constant: ask the column. */
const MIXED = -0x8000_0000;

/** A read-only column of which most parts are index plus a constant. */
export class Runs {
  /** value - index of each run, or MIXED. */
  private readonly step: Int32Array;

  constructor(private readonly column: Int32Array) {
    this.step = new Int32Array(Math.ceil(column.length / RUN)).fill(MIXED);
    for (let run = 0; run < this.step.length; run++) {
      const [from, end] = [run << RUN_SHIFT, Math.min((run + 1) << RUN_SHIFT, column.length)];
      const step = column[from]! - from;
      let i = from;
      while (i < end && column[i]! >= 0 && column[i]! - i === step) i++;
      if (i === end) this.step[run] = step;
    }
  }

  at(i: number): number {
    const step = this.step[i >> RUN_SHIFT]!;
    return step === MIXED ? this.column[i]! : i + step;
  }
}

/** A read-only column that is constant over most parts. `hole` in it is whatever its neighbours are: nobody asks there. */
export class Plateaus {
  private static readonly MIXED = 65534;
  private readonly level: Uint16Array;

  /** @param column - Values below 65534, and `hole`. */
  constructor(
    private readonly column: Uint16Array,
    hole: number,
  ) {
    this.level = new Uint16Array(Math.ceil(column.length / RUN));
    for (let run = 0; run < this.level.length; run++) {
      let level = hole;
      for (const value of column.subarray(run << RUN_SHIFT, (run + 1) << RUN_SHIFT)) {
        if (value === hole) continue;
        level = level === hole || level === value ? value : Plateaus.MIXED;
        if (level === Plateaus.MIXED) break;
      }
      this.level[run] = level === hole ? Plateaus.MIXED : level;
    }
  }

  at(i: number): number {
    const level = this.level[i >> RUN_SHIFT]!;
    return level === Plateaus.MIXED ? this.column[i]! : level;
  }
}
