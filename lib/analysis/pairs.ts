/* Cells beside those of their base: what all effects are made of. */
import type { Labels } from "../study/grid.js";
import type { Levels } from "../study/levels.js";
import type { Row } from "../study/run-grid.js";
import { inputError } from "../util/error.js";
import { blockOf } from "./group.js";
import { amount, type Measures, perThousand, REFAULTS } from "./measure.js";

/** A cell and that of its base on the same trace, at the same size, seed and machine. */
export interface Pair {
  readonly row: Row;
  readonly base: Row;
}

/**
 * Cells of one block, see {@link blockOf}, that have results. A base's own rows have no partner.
 * @throws InputError if no pair is left.
 */
export function pairUp(rows: readonly Row[]): Pair[] {
  const key = (row: Row, point: string): string => `${blockOf(row.labels)} ${point}`;
  const found = new Map(
    rows.filter(({ status }) => status === "ok").map((row) => [key(row, row.labels.point), row]),
  );
  const pairs: Pair[] = [];
  for (const row of found.values()) {
    const base = found.get(key(row, row.labels.base));
    if (base !== undefined && base !== row) pairs.push({ row, base });
  }
  if (pairs.length === 0) {
    const lost = rows.filter(({ status }) => status !== "ok").length;
    inputError(
      `no pairs to compare: ${rows.length} rows, ${lost} of them out of memory or errors; give each point a base and run both at the same cells`,
    );
  }
  return pairs;
}

/** A cell against its base on one measure. */
export interface PairedDifference
  extends Pick<Labels, "trace" | "memory" | "seed" | "profile" | "swap" | "swappiness" | "point" | "base"> {
  readonly measure: string;
  /** Of the point and of its base, per 1,000 page visits. */
  readonly value: number;
  readonly baseValue: number;
  /** value - baseValue: below 0 the point does less of it. */
  readonly difference: number;
  /** Amounts divided: 1 no change; null if the base counts 0. */
  readonly ratio: number | null;
}

/**
 * Every cell against its base on the same trace, at the same memory size, seed and machine, a row for each measure:
 * the raw material of {@link effects}, for a model of your own in R or pandas, with what the point consists of (`levels.ts`).
 *
 * @example
 * saveTable("differences", pairedDifferences(study.rows));
 * @throws InputError for a counter that a row does not have, and if no pair is left.
 */
export function pairedDifferences(
  rows: readonly Row[],
  measures: Measures = REFAULTS,
): (PairedDifference & Levels)[] {
  return pairUp(rows).flatMap(({ row, base: other }) => {
    const { trace, memory, seed, profile, swap, swappiness, point, base } = row.labels;
    return Object.entries(measures).map(([measure, counters]) => {
      const [value, baseValue] = [perThousand(row, counters), perThousand(other, counters)];
      const below = amount(other, counters);
      return {
        ...{ trace, memory, seed, profile, swap, swappiness, point, base },
        ...row.levels,
        measure,
        value,
        baseValue,
        difference: value - baseValue,
        ratio: below === 0 ? null : amount(row, counters) / below,
      };
    });
  });
}
