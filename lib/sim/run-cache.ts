/* A cell in cache mode: requests for objects, one eviction at a time. */
import { PLAIN, type Settings } from "../mechanisms/settings.js";
import { Cache } from "../reclaim/cache/cache.js";
import { replayRequests } from "../reclaim/cache/cache-loop.js";
import type { Policy } from "../reclaim/ops.js";
import { type Requests, requestsOf } from "../trace/objects.js";
import type { Trace } from "../trace/trace.js";
import { inputError } from "../util/error.js";
import type { CacheLoop } from "./cache-instance.js";
import type { CellResult, CellSpec, SwitchValue } from "./cell.js";

/** What of a cell decides in cache mode. */
export type CacheSpec = Pick<CellSpec, "memoryMax" | "set" | "seed"> & Partial<Pick<CellSpec, "profile">>;

/** Requests between two looks at anything else. */
const CHUNK = 1 << 16;

const known = new WeakMap<Uint32Array, Requests>();

/** The requests of a trace, worked out once for as long as its records live. */
function requestsOnce(trace: Pick<Trace, "layout" | "records">): Requests {
  let requests = known.get(trace.records);
  if (requests === undefined) known.set(trace.records, (requests = requestsOf(trace)));
  return requests;
}

/** Boot a cache for a cell. */
export function bootCache(spec: CacheSpec, policy: Policy, nrObjects: number): Cache {
  const { memoryMax: max, profile = "6.12", set, seed } = spec;
  if (!Number.isInteger(max) || max < 1) {
    inputError(`invalid memoryMax: ${max}; in cache mode give a number of objects, 1 or more`);
  }
  const born = typeof policy.mechanisms === "function" ? policy.mechanisms(profile) : policy.mechanisms;
  const settings: Settings = {
    ...PLAIN,
    ...born,
    walk: "off",
    lookaround: 0,
    tiers: "off",
    workingset: "off",
  };
  return new Cache(policy, { nrObjects, max, exact: readReferences(set), settings, seed });
}

/** The one switch of a cache: what a hit leaves behind. */
function readReferences(set: Readonly<Record<string, SwitchValue>>): boolean {
  for (const name of Object.keys(set)) {
    if (name === "references") continue;
    inputError(
      `refused: ${name}=${set[name]} in cache mode: a cache has no such part; it has references=exact or flags`,
    );
  }
  const { references = "exact" } = set;
  if (references === "exact" || references === "flags") return references === "exact";
  inputError(
    `invalid references: ${references} in cache mode; give exact (hits are told) or flags (bits are set)`,
  );
}

/** Replay the requests on a cache, and count. */
export function replayCache(cache: Cache, { objects }: Requests, loop: CacheLoop): CellResult {
  for (let from = 0; from < objects.length; from += CHUNK) {
    loop(cache, objects, from, Math.min(from + CHUNK, objects.length));
  }
  return { status: "ok", counters: cacheCounters(cache) };
}

/** `requests` and `misses`; the rest as in vmstat, where it applies. */
export function cacheCounters(cache: Cache): Record<string, number> {
  const { requests, misses, evictions, kept, nr, sc } = cache;
  return {
    requests,
    misses,
    nr_access: requests,
    nr_alloc: misses,
    pgscan: evictions + kept,
    pgsteal: evictions,
    pgrefill: sc.nrPassed,
    resident_now: nr,
  };
}

/** Simulate a cell in cache mode with a policy at hand; `loop` is the policy's own instance where speed matters. */
export function simulateCache(
  spec: CacheSpec,
  trace: Pick<Trace, "layout" | "records">,
  policy: Policy,
  loop: CacheLoop = replayRequests,
): CellResult {
  const requests = requestsOnce(trace);
  return replayCache(bootCache(spec, policy, requests.nrObjects), requests, loop);
}
