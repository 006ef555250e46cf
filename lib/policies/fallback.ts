/*
 * The policies that take over from one that has been ejected.
 *
 *   a policy's folios -- it loses one, throws, loops, never frees --> [ fallback ]
 *
 * In a kernel, its default: the traditional LRU. In a cache, FIFO, which needs to know nothing of what went before.
 *
 * Differs from the others here: a choice, not a policy.
 * Source: sched_ext, where the default scheduler takes all tasks back when a scheduler of BPF is ejected (kernel/sched/ext.c, 6.12).
 */
import type { Policy } from "../reclaim/ops.js";
import { fifo } from "./fifo.js";
import { lru } from "./lru.js";

/** Takes over where a cell names no other. */
export const FALLBACK: Readonly<Record<"kernel" | "cache", () => Policy>> = { kernel: lru, cache: fifo };
