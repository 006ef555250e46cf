/** Pages that reclaim wants, scans or takes at a time (include/linux/swap.h, SWAP_CLUSTER_MAX). */
export const SWAP_CLUSTER_MAX = 32;
/** Least that reclaim of generations takes seriously (MIN_LRU_BATCH, 64-bit). */
export const MIN_LRU_BATCH = 64;
/** Most candidates in one batch (MIN_LRU_BATCH). */
export const MAX_BATCH = 64;
/** Most folios that one batch may look at (MAX_LRU_BATCH): bounds every isolation loop. */
export const MAX_LOOKS = 4096;
/** First priority: 1/4096 of a list at a time. */
export const DEF_PRIORITY = 12;

/** What a pass of a priority looks at of so many pages, rounded down: all of them at 0, 1/4096 at 12. */
export const atPriority = (pages: number, priority: number): number => Math.floor(pages / (1 << priority));
