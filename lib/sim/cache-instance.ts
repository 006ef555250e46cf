/*
 * The loop of a cache, loaded once for each policy: a compiler inlines the hooks of the one policy that it has seen
 * (`../reclaim/cache/cache-loop.ts` says why). The query string makes the module loader load the same file again.
 */
import type { Cache } from "../reclaim/cache/cache.js";
import { replayRequests } from "../reclaim/cache/cache-loop.js";

/** Replays requests [from, end). */
export type CacheLoop = (cache: Cache, objects: Int32Array, from: number, end: number) => void;

interface LoopModule {
  readonly replayRequests: CacheLoop;
}

/** Modules are never unloaded: somebody who makes up policies by the hundred shares the last one. */
const MOST_INSTANCES = 64;
const instances = new Map<string, Promise<LoopModule>>();

/**
 * The instance that belongs to a policy's name. Where a module cannot be loaded twice (some bundlers and test runners), the
 * one that all share: the results are the same.
 */
export async function cacheLoopOf(policy: string): Promise<CacheLoop> {
  const name = instances.has(policy) || instances.size < MOST_INSTANCES ? policy : "";
  let found = instances.get(name);
  if (found === undefined) {
    const path = `../reclaim/cache/cache-loop.js?policy=${encodeURIComponent(name)}`;
    found = (import(/* @vite-ignore */ path) as Promise<LoopModule>).catch(() => ({ replayRequests }));
    instances.set(name, found);
  }
  return (await found).replayRequests;
}
