/*
 * The loop of a cache: once for each request, and what a miss does.
 *
 *   for each request: resident? set the accessed bit, or tell the policy -- else miss()
 *
 * Policies are called from here and nowhere else. A compiler that has seen one machine in this code takes its hooks, lists
 * and columns for constants and writes all of it out in one piece; once it has seen a second, every call is checked and
 * every column looked up again, at half the speed. So each cache gets a copy of the code of its own: `compileLoop` hands
 * the text of `loopOf` to the compiler again. For that the text must stand alone: what it needs from elsewhere is in
 * `constants`.
 */
import { BY_FAULT } from "../../mm/access.js";
import { DEF_PRIORITY } from "../../mm/batch.js";
import { NIL, PG_ACTIVE } from "../../mm/folio.js";
import { MAX_RECLAIM_RETRIES } from "../../mm/memcg.js";
import type { Verdict } from "../ops.js";
import { ACCESSED, type Cache, RESIDENT } from "./cache.js";

/** Replays the requests [from, end) of `objects`. */
export type CacheLoop = (objects: Int32Array, from: number, end: number) => void;

const constants = {
  none: NIL,
  byFault: BY_FAULT,
  active: PG_ACTIVE,
  first: DEF_PRIORITY,
  here: RESIDENT,
  used: RESIDENT | ACCESSED,
  /** Rounds over all priorities, for policies with a budget: a kernel's charge gives up after as many runs. */
  mostRounds: 3 * (1 + MAX_RECLAIM_RETRIES),
} as const;

type MakeLoop = (cache: Cache, known: typeof constants) => CacheLoop;

const loopOf: MakeLoop = (cache, known) => {
  const { none, byFault, active, first, here, used, mostRounds } = known;
  const {
    state,
    objectOf,
    ops,
    sc,
    lists,
    columns,
    max,
    mostLooks,
    exact,
    tellsHits,
    tellsFaults,
    hasBudget,
    filters,
    admission,
  } = cache;
  /** With an admission filter: the object that is to come in, or NIL once it has been turned away. */
  let newcomer: number = none;

  function settingBits(objects: Int32Array, from: number, end: number): void {
    for (let i = cache.nr < max ? fill(objects, from, end) : from; i < end; i++) {
      const object = objects[i]!;
      if (state[object] !== 0) state[object] = used;
      else miss(object, i);
    }
    cache.requests += end - from;
  }

  function tellingHits(objects: Int32Array, from: number, end: number): void {
    for (let i = cache.nr < max ? fill(objects, from, end) : from; i < end; i++) {
      const object = objects[i]!;
      if (state[object] !== 0) ops.hit(object);
      else miss(object, i);
    }
    cache.requests += end - from;
  }

  /** With an admission filter. What it needs is in functions of its own: the other loops are no slower for it. */
  function filtering(objects: Int32Array, from: number, end: number): void {
    for (let i = cache.nr < max ? fill(objects, from, end) : from; i < end; i++) {
      const object = objects[i]!;
      const resident = state[object] !== 0;
      if (exact || !resident) admission.note(object);
      if (!resident) filteredMiss(object, i);
      else if (tellsHits) ops.hit(object);
      else state[object] = used;
    }
    cache.requests += end - from;
  }

  /**
   * As long as there is room nobody is evicted. Returns the first request that finds the cache full. Apart from the loops
   * above, so that what the compiler learns there is the work of a full cache from the first request on: else it
   * writes all of it out without the evictions, and once more when they begin.
   */
  function fill(objects: Int32Array, from: number, end: number): number {
    let i = from;
    for (; i < end && cache.nr < max; i++) {
      const object = objects[i]!;
      const resident = state[object] !== 0;
      if (filters && (exact || !resident)) admission.note(object);
      if (!resident) {
        cache.misses++;
        cache.missing = i;
        ops.missed(object);
        enter(object, tellsHits ? object : cache.nr);
        cache.nr++;
      } else if (tellsHits) ops.hit(object);
      else state[object] = used;
    }
    return i;
  }

  /** An object that is not resident takes another one's place. */
  function miss(object: number, request: number): void {
    cache.misses++;
    cache.missing = request;
    ops.missed(object);
    if (hasBudget) evictInPasses();
    else evict();
    enter(object, tellsHits ? object : sc.victim);
  }

  /** The same, if the filter lets it in. */
  function filteredMiss(object: number, request: number): void {
    cache.misses++;
    cache.missing = request;
    newcomer = admission.wants(object) ? object : none;
    if (newcomer !== none) {
      ops.missed(object);
      if (hasBudget) evictInPasses();
      else evictFor();
    }
    if (newcomer !== none) enter(object, tellsHits ? object : sc.victim);
    else cache.turnedAway++;
  }

  /** In a folio that is free. */
  function enter(object: number, folio: number): void {
    state[object] = here;
    if (objectOf !== null) objectOf[folio] = object;
    if (columns !== null) columns.page[folio] = object;
    if (tellsFaults) ops.accessed(folio, byFault);
    ops.place(folio, "new");
    if (!lists.has(folio)) lost(folio, "new");
  }

  /** Look at one candidate after the other until one is freed; as many as one eviction may look at. */
  function evict(): void {
    sc.nrLooked = 0;
    for (;;) {
      sc.victim = none;
      ops.isolate(sc);
      if (sc.victim < 0) stuck();
      if (tryToFree(sc.victim)) return;
      if (sc.nrLooked > mostLooks) stuck();
    }
  }

  /** The same until one is freed, or has turned the newcomer away. */
  function evictFor(): void {
    sc.nrLooked = 0;
    for (;;) {
      sc.victim = none;
      ops.isolate(sc);
      if (sc.victim < 0) stuck();
      if (exchange(sc.victim)) return;
      if (sc.nrLooked > mostLooks) stuck();
    }
  }

  /** The same for a policy that wants to look at a share of its lists at a time, as a kernel does. */
  function evictInPasses(): void {
    sc.forceDeactivate = false;
    for (let round = 0; round < mostRounds; round++) {
      for (sc.priority = first; sc.priority >= 0; sc.priority--) {
        sc.beginPass();
        for (let looked = 0; looked < 2 * max + 64; ) {
          const budget = ops.budget(sc);
          if (budget <= 0) break;
          sc.beginBatch(budget - looked);
          ops.isolate(sc);
          if (sc.victim !== none && (filters ? exchange : tryToFree)(sc.victim)) return;
          sc.nrBatches++;
          looked += sc.nrLooked;
          if (sc.nrLooked === 0 || sc.stopped || looked >= budget) break;
        }
      }
      sc.forceDeactivate = true;
    }
    stuck();
  }

  /** True: the candidate is gone. False: the policy has it back. */
  function tryToFree(folio: number): boolean {
    ops.removed(folio);
    return obey(folio, ops.checkReferences(folio));
  }

  /** The same; or the newcomer is turned away for the candidate, which goes back to where it was. */
  function exchange(folio: number): boolean {
    ops.removed(folio);
    const verdict = ops.checkReferences(folio);
    if (verdict !== "reclaim" || admission.prefers(newcomer, objectIn(folio))) return obey(folio, verdict);
    newcomer = none;
    cache.kept++;
    ops.place(folio, "rotated");
    if (!lists.has(folio)) lost(folio, "rotated");
    return true;
  }

  function objectIn(folio: number): number {
    return objectOf === null ? folio : objectOf[folio]!;
  }

  function obey(folio: number, verdict: Verdict): boolean {
    if (verdict === "reclaim") {
      const object = objectIn(folio);
      ops.evicted(folio, object);
      state[object] = 0;
      if (columns !== null) columns.flags[folio] = 0;
      cache.evictions++;
      return true;
    }
    cache.kept++;
    if (verdict === "activate" && columns !== null) columns.flags[folio]! |= active;
    ops.place(folio, "kept");
    if (!lists.has(folio)) lost(folio, "kept");
    return false;
  }

  function lost(folio: number, why: string): never {
    throw new Error(
      `policy ${cache.name}: place(folio ${folio}, "${why}") left the folio on no list; a policy must list what it is given`,
    );
  }

  function stuck(): never {
    throw new Error(
      `policy ${cache.name}: isolate gave no victim (miss ${cache.misses}, ${cache.nr} objects resident); ` +
        "it must offer a folio that checkReferences lets go",
    );
  }

  if (filters) return filtering;
  return tellsHits ? tellingHits : settingBits;
};

let nrCompiled = 0;

/**
 * A copy of the loop for one cache. Where code must not be made from text (a policy of the process, a tool that has changed
 * the text), the one that all caches share: the results are the same.
 */
export function compileLoop(cache: Cache): CacheLoop {
  try {
    // The number makes it another text, so that the compiler does not recognise it.
    const copy = new Function(`return ${loopOf.toString()} // ${++nrCompiled}`)() as MakeLoop;
    return copy(cache, constants);
  } catch {
    return loopOf(cache, constants);
  }
}
