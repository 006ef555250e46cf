/*
 * A node of memory: frames, and marks on how many of them are free.
 *
 *    free |=====================|--------|--------|------------------------|
 *         0    kept for who     min      low      high                     all
 *              must not wait     |        `- kswapd is woken    `- kswapd sleeps again
 *                                `- who allocates must reclaim
 *
 * Source: mm/page_alloc.c, __setup_per_zone_wmarks(), calculate_min_free_kbytes(), 6.12. Differs: one zone a node, so
 * there is no lowmem reserve; allocations are of one page; no watermark boost.
 */
import { SWAP_CLUSTER_MAX } from "./batch.js";

/** Watermarks of a node, in pages. */
export interface Watermarks {
  readonly min: number;
  readonly low: number;
  readonly high: number;
  /** Where a node that demotes is balanced, so that there is room for promotions. */
  readonly promo: number;
}

const KIB_PER_PAGE = 4;

/**
 * The kernel's default watermarks.
 * @param pages - Pages that the page allocator manages on the node.
 * @param all - The same on all nodes.
 * @param scale - vm.watermark_scale_factor: the gap between marks, in ten-thousandths of the node.
 */
export function watermarks(pages: number, all: number = pages, scale = 10): Watermarks {
  const minKib = Math.min(Math.max(Math.floor(Math.sqrt(16 * all * KIB_PER_PAGE)), 128), 262144);
  const min = Math.floor(((minKib / KIB_PER_PAGE) * pages) / all);
  const gap = Math.max(min >> 2, Math.floor((pages * scale) / 10000));
  return { min, low: min + gap, high: min + 2 * gap, promo: min + 3 * gap };
}

/** A node that never fills: nobody meets a watermark. */
export const endlessNode = (): MemoryNode =>
  new MemoryNode(0, Number.POSITIVE_INFINITY, { min: 0, low: 0, high: 0, promo: 0 });

export class MemoryNode {
  free: number;
  /** kswapd's runs in a row that reclaimed nothing; at 16 it stays asleep until a direct reclaim succeeds. */
  failures = 0;
  /** kswapd has been woken and waits for the CPU. */
  woken = false;

  /** @param frames - Frames free at boot; Infinity for a node that never fills. */
  constructor(
    readonly id: number,
    readonly frames: number,
    readonly marks: Watermarks,
  ) {
    this.free = frames;
  }

  /** Pages that kswapd wants from one pass. Kernel: kswapd_shrink_node(). */
  get wanted(): number {
    return Math.max(this.marks.high, SWAP_CLUSTER_MAX);
  }
}
