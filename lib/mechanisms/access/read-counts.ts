/*
 * Counting reads on the folio itself, in a handful of flags: two encodings of the same count.
 *
 *   reads                  1           2            3      4      5
 *   refs      (6.1, 6.12)  REFERENCED  +READ_TWICE  +1     +2     +3 in the refs bits
 *   refs-hot  (7.3)        REFERENCED  +1           +2     +3     WORKINGSET: it is hot, and stays so
 *   tier                   0           1            2      2      3
 *
 * The refs bits are two here, as in the kernels; of a `width` from 0 to 3 they count up to 2^width - 1. A tier is
 * ceil(log2(reads)), so that there are width + 2 of them. With `refs` a promotion wipes the count; with `refs-hot` it turns into WORKINGSET, which
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
  /** Remembered reads beyond the first (refs) or in all (refs-hot), 0 to 2^width. Kernel: folio_lru_refs(). */
  refs(flags: number): number;
  /** Tier, 0 to width + 1. */
  tier(flags: number): number;
  /** What a shadow keeps, 0 to 2^width. */
  token(flags: number): number;
  /** Tier of a refaulting page from its shadow. */
  tierOfToken(token: number, workingset: boolean): number;
  /** Protected whatever the controller says: as many reads as can be counted. */
  isFull(flags: number): boolean;
  /** A full folio that is protected counts as protected in its tier. */
  readonly countsFull: boolean;
  /** The flags after one more read. */
  read(flags: number): number;
  /** The refs bits in use, all set. */
  readonly mask: number;
  /** Reads beyond the first from which a refaulting page counts as hot. Kernel: BIT(LRU_REFS_WIDTH) - 1. */
  readonly hot: number;
}

const refsBits = (flags: number): number => (flags & LRU_REFS_MASK) >> LRU_REFS_SHIFT;

/** ceil(log2(n)); 0 for 0. */
const log2Up = (n: number): number => (n <= 1 ? 0 : 32 - Math.clz32(n - 1));

/** 6.1 and 6.12. @param width - Refs bits, 0 to 3. */
function splitCounts(width: number): ReadCounts {
  const most = 2 ** width - 1;
  const mask = most << LRU_REFS_SHIFT;
  const refs = (flags: number): number => refsBits(flags) + ((flags & PG_READ_TWICE) !== 0 ? 1 : 0);
  return {
    mask,
    hot: most,
    refs,
    tier: (flags) => log2Up(refs(flags) + 1),
    token: refs,
    tierOfToken: (token) => log2Up(token + 1),
    isFull: (flags) => refs(flags) === most + 1,
    countsFull: true,
    read(flags) {
      if ((flags & PG_REFERENCED) === 0) return flags | PG_REFERENCED;
      if ((flags & PG_READ_TWICE) === 0) return flags | PG_READ_TWICE;
      return (flags & LRU_REFS_MASK) === mask ? flags : flags + (1 << LRU_REFS_SHIFT);
    },
  };
}

/** 7.3. @param width - Refs bits, 0 to 3. */
function hotCounts(width: number): ReadCounts {
  const most = 2 ** width - 1;
  const mask = most << LRU_REFS_SHIFT;
  const refs = (flags: number): number => ((flags & PG_REFERENCED) !== 0 ? refsBits(flags) + 1 : 0);
  return {
    mask,
    hot: most,
    refs,
    tier: (flags) => ((flags & PG_WORKINGSET) !== 0 ? width + 1 : log2Up(refs(flags))),
    token: (flags) => Math.max(refs(flags) - 1, 0),
    tierOfToken: (token, workingset) => (workingset ? width + 1 : log2Up(token + 1)),
    isFull: (flags) => refs(flags) === most + 1 && (flags & PG_WORKINGSET) !== 0,
    countsFull: false,
    read(flags) {
      if ((flags & PG_REFERENCED) === 0) return (flags & ~LRU_REFS_MASK) | PG_REFERENCED;
      if ((flags & LRU_REFS_MASK) === mask) return flags | PG_WORKINGSET;
      return flags + (1 << LRU_REFS_SHIFT);
    },
  };
}

/** Both encodings by width, 0 to 3. */
export const SPLIT_BY_WIDTH: readonly ReadCounts[] = [0, 1, 2, 3].map(splitCounts);
export const HOT_BY_WIDTH: readonly ReadCounts[] = [0, 1, 2, 3].map(hotCounts);

/** As in 6.1 and 6.12: two bits. */
export const SPLIT_COUNTS: ReadCounts = SPLIT_BY_WIDTH[2]!;
