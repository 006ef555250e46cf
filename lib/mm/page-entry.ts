/*
 * What holds the content of a page, in one word, as in the kernel a slot of the page cache's (or swap cache's) tree holds either
 * a folio or a shadow, and the PTE a swap entry:
 *
 *   0 and up                                       the folio
 *   bit 31 = 1   bit 30         29 ........ 0
 *   [nowhere ]   [0: in swap]   [shadow]           not in memory; all ones: never was, or nobody remembers it
 *
 * Source: lib/xarray.c, xa_is_value(); mm/workingset.c, pack_shadow(), 6.12.
 */

/** The page is not in memory, not in swap, and has no shadow. As a number: NIL, no folio. */
export const ABSENT = -1;
/** Clear: the content is in swap. */
export const NOT_IN_SWAP: number = 1 << 30;
const SHADOW_MASK = 2 ** 30 - 1;
/** No shadow: the page was never evicted, or its shadow is gone. No mechanism packs this. */
export const NO_SHADOW: number = SHADOW_MASK;

/** The entry of a page that is not in memory. @param shadow - 30 bits. */
export function entryOf(shadow: number, inSwap: boolean): number {
  return 0x8000_0000 | (inSwap ? 0 : NOT_IN_SWAP) | (shadow & SHADOW_MASK);
}

/** Of a page that is not in memory. */
export const shadowOf = (entry: number): number => entry & SHADOW_MASK;
/** The content is in swap, and not in memory. */
export const isInSwap = (entry: number): boolean => entry < 0 && (entry & NOT_IN_SWAP) === 0;
