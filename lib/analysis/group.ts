import type { Labels } from "../study/grid.js";

/** Values by key, keys in order of appearance. */
export function groupBy<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group === undefined) groups.set(key(value), [value]);
    else group.push(value);
  }
  return groups;
}

/** Names what all points of a design meet alike: trace, memory, seed and machine. Cells of one block are paired. */
export function blockOf({ trace, memory, seed, profile, swap, swappiness }: Labels): string {
  return JSON.stringify([trace, memory, seed, profile, swap, swappiness]);
}
