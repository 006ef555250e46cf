/*
 * Ejection in a cache. A request that meets a fault is taken back and done again by the fallback, on a cache of its own that
 * takes the objects over, oldest first:
 *
 *   request i -- fault --> objects of the old cache, without the one that was on its way in --> new cache --> request i again
 *
 * Requests, misses and evictions are counted on. An object that was being looked at for eviction stays, as the oldest.
 */
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
  const served = guard.holds(object);
  const state = from.state.slice();
  if (!served) state[object] = 0;
  const listed = new Set<number>();
  for (const one of walk(from.lists, from.nrObjects)) if (state[one] !== 0) listed.add(one);
  const order: number[] = [];
  for (let one = 0; one < state.length; one++) if (state[one] !== 0 && !listed.has(one)) order.push(one);
  order.push(...listed);
  to.state.set(state);
  for (const one of order) {
    to.ops.place(one, "new");
    if (!to.lists.has(one)) throw new Error(`policy ${to.name} took over and left folio ${one} on no list`);
  }
  to.nr = order.length;
  to.requests = done;
  to.misses = served ? from.misses : request.misses;
  to.turnedAway = served ? from.turnedAway : request.turnedAway;
  to.evictions = from.evictions;
  to.kept = from.kept;
  to.turnedAway = from.turnedAway;
  to.sc.nrPassed = from.sc.nrPassed;
}

/**
 * Recount a cache: every resident object stands on a list, and the lists hold no others.
 * @throws Error naming the first that does not.
 */
export function checkCache({ name, state, lists, nr, max }: Cache): void {
  const standing = new Uint8Array(state.length);
  for (const object of walk(lists, state.length)) standing[object]!++;
  let resident = 0;
  for (let object = 0; object < state.length; object++) {
    const here = state[object] !== 0 ? 1 : 0;
    resident += here;
    if (standing[object] === here) continue;
    throw new Error(
      `policy ${name}: folio ${object} is ${here === 1 ? "" : "not "}resident and on ${standing[object]} lists`,
    );
  }
  if (resident === nr && nr <= max) return;
  throw new Error(
    `policy ${name}: the cache says that it holds ${nr} of ${max} objects, a recount ${resident}`,
  );
}
