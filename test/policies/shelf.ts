/*
 * The policies of the package, and for each a model of what it does in a cache, told again on ordinary arrays. A new policy
 * is one line here; every test of `test/cache` then runs over it.
 */
import * as policies from "../../lib/policies/index.js";
import type { Policy } from "../../lib/reclaim/ops.js";
import { clockCache, fifoCache, lruCache, randomCache, s3FifoCache, sieveCache } from "./cache-models.js";
import { wTinylfuCache } from "./cache-models-admission.js";
import { hyperbolicCache, lfuCache, lhdCache, lruKCache } from "./cache-models-counts.js";
import { getScanCache, lecarCache } from "./cache-models-experts.js";
import { arcCache, mruCache, slruCache, twoQCache } from "./cache-models-lists.js";
import { carCache, clockProCache, lirsCache } from "./cache-models-stacks.js";

/** A cache of `max` objects; the function that it makes takes a request and says whether it was a hit. */
export type CacheModel = (max: number, exact: boolean) => (object: number) => boolean;

export interface Entry {
  readonly make: () => Policy;
  /** Null for the kernel's own two, whose models are those of the kernel (plain-lru.ts, scenarios). */
  readonly model: CacheModel | null;
}

export const SHELF: Readonly<Record<string, Entry>> = {
  arc: { make: policies.arc, model: arcCache },
  car: { make: policies.car, model: carCache },
  clock: { make: policies.clock, model: clockCache },
  "clock-pro": { make: policies.clockPro, model: clockProCache() },
  "clock-pro, cold 0.5": { make: () => policies.clockPro({ cold: 0.5 }), model: clockProCache(0.5) },
  fifo: { make: policies.fifo, model: fifoCache },
  "lfu, aging 2.5": { make: () => policies.lfu({ aging: 2.5 }), model: lfuCache(2.5) },
  "lirs, hir 0.2": { make: () => policies.lirs({ hir: 0.2, ghosts: 0.5 }), model: lirsCache(0.2, 0.5) },
  "lirs, strict": { make: () => policies.lirs({ hir: 0.1, strict: true }), model: lirsCache(0.1, 1, true) },
  "get-scan": { make: policies.getScan, model: getScanCache() },
  lecar: { make: policies.lecar, model: lecarCache() },
  "lecar, rate 0": { make: () => policies.lecar({ rate: 0, weight: 0.8 }), model: lecarCache(0, 0.8) },
  hyperbolic: { make: policies.hyperbolic, model: hyperbolicCache() },
  "hyperbolic, 5 samples": { make: () => policies.hyperbolic({ samples: 5 }), model: hyperbolicCache(5) },
  lfu: { make: policies.lfu, model: lfuCache() },
  lirs: { make: policies.lirs, model: lirsCache() },
  lhd: { make: policies.lhd, model: lhdCache() },
  "lhd, period 120": {
    make: () => policies.lhd({ period: 120, explorers: 0.3 }),
    model: lhdCache(120, 0.3),
  },
  "lru-k": { make: policies.lruK, model: lruKCache() },
  "lru-k, k 3, history 0.4": { make: () => policies.lruK({ k: 3, history: 0.4 }), model: lruKCache(3, 0.4) },
  lru: { make: policies.lru, model: null },
  mglru: { make: policies.mglru, model: null },
  mru: { make: policies.mru, model: mruCache },
  "plain-lru": { make: policies.plainLru, model: lruCache },
  random: { make: policies.random, model: randomCache },
  "s3-fifo": { make: policies.s3Fifo, model: s3FifoCache() },
  "s3-fifo, small 0.3": { make: () => policies.s3Fifo({ small: 0.3 }), model: s3FifoCache(0.3) },
  "s3-fifo, no ghosts": { make: () => policies.s3Fifo({ ghosts: 0 }), model: s3FifoCache(0.1, 0) },
  "s3-fifo, threshold 1": { make: () => policies.s3Fifo({ threshold: 1 }), model: s3FifoCache(0.1, 0.9, 1) },
  sieve: { make: policies.sieve, model: sieveCache },
  slru: { make: policies.slru, model: slruCache() },
  "slru, 2 segments": { make: () => policies.slru({ segments: 2 }), model: slruCache(2) },
  "two-q": { make: policies.twoQ, model: twoQCache() },
  "two-q, in 0.5, out 1": { make: () => policies.twoQ({ in: 0.5, out: 1 }), model: twoQCache(0.5, 1) },
  "w-tinylfu": { make: policies.wTinylfu, model: wTinylfuCache() },
  "w-tinylfu, strict, window 0.2": {
    make: () => policies.wTinylfu({ strict: true, window: 0.2 }),
    model: wTinylfuCache(0.2, true),
  },
};
