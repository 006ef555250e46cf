/*
 * Counting reads on the folio itself, in a handful of flags: two encodings of the same count.
 *
 *   reads                  1           2            3      4      5
 *   refs      (6.1, 6.12)  REFERENCED  +READ_TWICE  +1     +2     +3 in the refs bits
 *   refs-hot  (7.3)        REFERENCED  +1           +2     +3     WORKINGSET: it is hot, and stays so
 *   tier                   0           1            2      2      3
 *
 * A tier is ceil(log2(reads)). With `refs` a promotion wipes the count; with `refs-hot` it turns into WORKINGSET, which
 * eviction writes into the shadow: a page that was hot comes back hot.
 *
 * Source: include/linux/mm_inline.h, folio_lru_refs(), lru_tier_from_refs(); mm/swap.c, folio_inc_refs(), 6.12;
 * mm/folio.c, lru_gen_inc_refs(), 7.3. In 6.12 READ_TWICE shares a bit with WORKINGSET.
 */
import {
  LRU_REFS_MASK,
  LRU_REFS_SHIFT,
  PG_READ_TWICE,
  PG_REFERENCED,
  PG_WORKINGSET,
} from "../../mm/folio.js";

export interface ReadCounts {
  /** Remembered reads beyond the first (refs) or in all (refs-hot), 0 to 4. Kernel: folio_lru_refs(). */
  refs(flags: number): number;
  /** Tier, 0 to 3. */
  tier(flags: number): number;
  /** What a shadow keeps, 0 to 4. */
  token(flags: number): number;
  /** Tier of a refaulting page from its shadow. */
  tierOfToken(token: number, workingset: boolean): number;
  /** Protected whatever the controller says: as many reads as can be counted. */
  isFull(flags: number): boolean;
  /** A full folio that is protected counts as protected in its tier. */
  readonly countsFull: boolean;
  /** The flags after one more read. */
  read(flags: number): number;
}

const refsBits = (flags: number): number => (flags & LRU_REFS_MASK) >> LRU_REFS_SHIFT;

/** ceil(log2(n)) of 1 to 5; 0 for 0. */
const log2Up = (n: number): number => (n <= 1 ? 0 : n === 2 ? 1 : n <= 4 ? 2 : 3);

/** 6.1 and 6.12. */
export const SPLIT_COUNTS: ReadCounts = {
  refs: (flags) => refsBits(flags) + ((flags & PG_READ_TWICE) !== 0 ? 1 : 0),
  tier: (flags) => log2Up(SPLIT_COUNTS.refs(flags) + 1),
  token: (flags) => SPLIT_COUNTS.refs(flags),
  tierOfToken: (token) => log2Up(token + 1),
  isFull: (flags) => SPLIT_COUNTS.refs(flags) === 4,
  countsFull: true,
  read(flags) {
    if ((flags & PG_REFERENCED) === 0) return flags | PG_REFERENCED;
    if ((flags & PG_READ_TWICE) === 0) return flags | PG_READ_TWICE;
    return (flags & LRU_REFS_MASK) === LRU_REFS_MASK ? flags : flags + (1 << LRU_REFS_SHIFT);
  },
};

/** 7.3. */
export const HOT_COUNTS: ReadCounts = {
  refs: (flags) => ((flags & PG_REFERENCED) !== 0 ? refsBits(flags) + 1 : 0),
  tier: (flags) => ((flags & PG_WORKINGSET) !== 0 ? 3 : log2Up(HOT_COUNTS.refs(flags))),
  token: (flags) => Math.max(HOT_COUNTS.refs(flags) - 1, 0),
  tierOfToken: (token, workingset) => (workingset ? 3 : log2Up(token + 1)),
  isFull: (flags) => HOT_COUNTS.refs(flags) === 4 && (flags & PG_WORKINGSET) !== 0,
  countsFull: false,
  read(flags) {
    if ((flags & PG_REFERENCED) === 0) return (flags & ~LRU_REFS_MASK) | PG_REFERENCED;
    if ((flags & LRU_REFS_MASK) === LRU_REFS_MASK) return flags | PG_WORKINGSET;
    return flags + (1 << LRU_REFS_SHIFT);
  },
};
