/*
 * A Bloom filter over leaf tables: 2^15 bits, two bit positions a table, both from one multiplicative hash of
 * the address of the table's PMD entry. With tens of thousands of tables false positives get common; the exact set
 * shows what they cost.
 *
 * Differs from the kernel: PMD entries have synthetic addresses (8 bytes apart, in table order from the start
 * of the direct map), so the false positives of a trace are the same in every run.
 * Source: mm/vmscan.c, get_item_key(), BLOOM_FILTER_SHIFT; include/linux/hash.h, hash_ptr(), 6.12.
 */
import type { TableSet } from "./table-filter.js";

const BITS = 1 << 15;
const GOLDEN_RATIO_64 = 0x61c8864680b583ebn;
const DIRECT_MAP = 0xffff888000000000n;

/** The two bit positions of each leaf table. Shape: Uint16Array[2 * nrTables], pairs. */
export function bloomKeys(nrTables: number): Uint16Array {
  const keys = new Uint16Array(2 * nrTables);
  for (let table = 0; table < nrTables; table++) {
    const hash = Number(BigInt.asUintN(64, (DIRECT_MAP + BigInt(8 * table)) * GOLDEN_RATIO_64) >> 34n);
    keys[2 * table] = hash & (BITS - 1);
    keys[2 * table + 1] = hash >> 15;
  }
  return keys;
}

/** @param keys - From {@link bloomKeys}; shared by the two filters of a machine. */
export function bloomTableSet(keys: Uint16Array): TableSet {
  const words = new Int32Array(BITS / 32);
  const bit = (key: number): boolean => ((words[key >> 5]! >> (key & 31)) & 1) === 1;
  const set = (key: number): void => {
    words[key >> 5]! |= 1 << (key & 31);
  };
  return {
    has: (table) => bit(keys[2 * table]!) && bit(keys[2 * table + 1]!),
    add(table) {
      set(keys[2 * table]!);
      set(keys[2 * table + 1]!);
    },
    clear: () => void words.fill(0),
  };
}
