/*
 * Ejection in a cache. A request that meets a fault is taken back and done again by the fallback, on a cache of its own that
 * takes the objects over, oldest first:
 *
 *   request i -- fault --> objects of the old cache, without the one that was on its way in --> new cache --> request i again
 *
 * Requests, misses and evictions are counted on. An object that was being looked at for eviction stays, as the oldest.
 */
import { NIL } from "../../mm/folio.js";
import type { Guard } from "../eject/guard.js";
import { walk } from "../eject/guard.js";
import type { Cache } from "./cache.js";

/**
 * Take over from `from`, whose request for `object` failed.
 * @param request - That request, and the requests, misses and objects turned away before it.
 */
export function handOver(
  from: Cache,
  guard: Guard,
  to: Cache,
  request: {
    readonly object: number;
    readonly done: number;
    readonly misses: number;
    readonly turnedAway: number;
  },
): void {
  const { object, done } = request;
  const { nrFolios } = from;
  const state = from.state.slice();
  const at = state[object] === 0 ? NIL : (from.objectOf?.indexOf(object) ?? object);
  const served = at >= 0 && guard.holds(at);
  if (!served) state[object] = 0;
  const isHere = (folio: number): boolean => (state[from.objectIn(folio)] ?? 0) !== 0;
  const listed = new Set<number>();
  for (const folio of walk(from.lists, nrFolios)) if (isHere(folio)) listed.add(folio);
  const order: number[] = [];
  for (let folio = 0; folio < nrFolios; folio++) if (isHere(folio) && !listed.has(folio)) order.push(folio);
  order.push(...listed);
  to.state.set(state);
  for (const [i, old] of order.entries()) {
    const one = from.objectIn(old);
    const folio = to.tellsHits ? one : i;
    if (to.objectOf !== null) to.objectOf[folio] = one;
    if (to.columns !== null) to.columns.page[folio] = one;
    to.ops.place(folio, "new");
    if (!to.lists.has(folio)) {
      throw new Error(`policy ${to.name} took over and left folio ${folio} on no list`);
    }
  }
  to.nr = order.length;
  to.requests = done;
  to.misses = served ? from.misses : request.misses;
  to.turnedAway = served ? from.turnedAway : request.turnedAway;
  to.evictions = from.evictions;
  to.kept = from.kept;
  to.sc.nrPassed = from.sc.nrPassed;
}

/**
 * Recount a cache: every resident object stands on a list, and the lists hold no others.
 * @throws Error naming the first that does not.
 */
export function checkCache(cache: Cache): void {
  const { name, state, nrFolios, tellsHits, lists, nr, max } = cache;
  const standing = new Uint8Array(nrFolios);
  for (const folio of walk(lists, nrFolios)) standing[folio]!++;
  for (let folio = 0; folio < nrFolios; folio++) {
    const here = (tellsHits || folio < nr) && state[cache.objectIn(folio)] !== 0 ? 1 : 0;
    if (standing[folio] === here) continue;
    throw new Error(
      `policy ${name}: folio ${folio} is ${here === 1 ? "" : "not "}resident and on ${standing[folio]} lists`,
    );
  }
  const resident = state.reduce((sum, one) => sum + (one !== 0 ? 1 : 0), 0);
  if (resident === nr && nr <= max) return;
  throw new Error(
    `policy ${name}: the cache says that it holds ${nr} of ${max} objects, a recount ${resident}`,
  );
}
