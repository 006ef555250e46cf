/*
 * The loop of a cache: once for each request, and what a miss does.
 *
 *   for each request: resident? set the accessed bit, or tell the policy -- else miss()
 *
 * A policy's hooks are called from here and nowhere else. A compiler that has seen one policy in a call site inlines it;
 * one that has seen twelve calls through a table, at half the speed. So the module may be loaded once for each policy
 * (`instance.ts`), and must import nothing that would be loaded again with it but types and constants.
 */
import { BY_FAULT } from "../../mm/access.js";
import { type Folio, NIL, PG_ACTIVE } from "../../mm/folio.js";
import { MAX_RECLAIM_RETRIES } from "../../mm/memcg.js";
import { DEF_PRIORITY } from "../scan-control.js";
import type { Cache } from "./cache.js";

/** Rounds over all priorities, for policies with a budget: a kernel's charge gives up after as many runs. */
const MAX_ROUNDS = 3 * (1 + MAX_RECLAIM_RETRIES);

/** Replay requests [from, end) of `objects`. */
export function replayRequests(cache: Cache, objects: Int32Array, from: number, end: number): void {
  if (cache.tellsHits) tellingHits(cache, objects, from, end);
  else settingBits(cache, objects, from, end);
  cache.requests += end - from;
}

function settingBits(cache: Cache, objects: Int32Array, from: number, end: number): void {
  const { state } = cache;
  for (let i = from; i < end; i++) {
    const object = objects[i]!;
    if (state[object] !== 0) state[object] = 3;
    else miss(cache, object);
  }
}

function tellingHits(cache: Cache, objects: Int32Array, from: number, end: number): void {
  const { state, ops } = cache;
  for (let i = from; i < end; i++) {
    const object = objects[i]!;
    if (state[object] !== 0) ops.hit(object);
    else miss(cache, object);
  }
}

/** An object that is not resident is brought in. */
function miss(cache: Cache, object: number): void {
  const { ops, state } = cache;
  cache.misses++;
  ops.missed(object);
  if (cache.nr < cache.max) cache.nr++;
  else if (cache.hasBudget) evictInPasses(cache);
  else evict(cache);
  state[object] = 1;
  if (cache.tellsFaults) ops.accessed(object, BY_FAULT);
  ops.place(object, "new");
  if (!cache.lists.has(object)) lost(cache, object, "new");
}

/** Look at one candidate after the other until one is freed. */
function evict(cache: Cache): void {
  const { ops, sc } = cache;
  sc.nrLooked = 0;
  do {
    sc.victim = NIL;
    ops.isolate(sc);
    if (sc.victim === NIL) stuck(cache);
  } while (!tryToFree(cache, sc.victim));
}

/** The same for a policy that wants to look at a share of its lists at a time, as a kernel does. */
function evictInPasses(cache: Cache): void {
  const { ops, sc } = cache;
  sc.forceDeactivate = false;
  sc.nrReclaimed = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    for (sc.priority = DEF_PRIORITY; sc.priority >= 0; sc.priority--) {
      sc.beginPass();
      for (let looked = 0; looked < 2 * cache.max + 64; ) {
        const budget = ops.budget(sc);
        if (budget <= 0) break;
        sc.beginBatch(budget - looked);
        ops.isolate(sc);
        if (sc.victim !== NIL && tryToFree(cache, sc.victim)) return;
        sc.nrBatches++;
        looked += sc.nrLooked;
        if (sc.nrLooked === 0 || sc.stopped || looked >= budget) break;
      }
    }
    sc.forceDeactivate = true;
  }
  stuck(cache);
}

/** True: the candidate is gone. False: the policy has it back. */
function tryToFree(cache: Cache, folio: Folio): boolean {
  const { ops } = cache;
  ops.removed(folio);
  const verdict = ops.checkReferences(folio);
  if (verdict === "reclaim") {
    ops.evicted(folio, folio);
    cache.state[folio] = 0;
    if (cache.columns !== null) cache.columns.flags[folio] = 0;
    cache.evictions++;
    return true;
  }
  cache.kept++;
  if (verdict === "activate" && cache.columns !== null) cache.columns.flags[folio]! |= PG_ACTIVE;
  ops.place(folio, "kept");
  if (!cache.lists.has(folio)) lost(cache, folio, "kept");
  return false;
}

function lost(cache: Cache, object: number, why: string): never {
  throw new Error(
    `policy ${cache.name}: place(folio ${object}, "${why}") left the folio on no list; a policy must list what it is given`,
  );
}

function stuck(cache: Cache): never {
  throw new Error(
    `policy ${cache.name}: isolate gave no victim (miss ${cache.misses}, ${cache.nr} objects resident); ` +
      "it must offer a folio that checkReferences lets go",
  );
}
