/** Pages that reclaim wants, scans or takes at a time (include/linux/swap.h, SWAP_CLUSTER_MAX). */
export const SWAP_CLUSTER_MAX = 32;
