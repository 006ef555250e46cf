/* A cell in cache mode: requests for objects, one eviction at a time. */
import {
  ADMISSIONS,
  type AdmissionName,
  admissionOf,
  NO_ADMISSION,
} from "../mechanisms/admission/admission.js";
import { PLAIN, type Settings } from "../mechanisms/settings.js";
import { NIL } from "../mm/folio.js";
import { type Origin, originsOf } from "../mm/origin.js";
import { Cache, type CacheOptions } from "../reclaim/cache/cache.js";
import { compileLoop } from "../reclaim/cache/cache-loop.js";
import { checkCache, handOver } from "../reclaim/cache/hand-over.js";
import type { Watch } from "../reclaim/eject/eject.js";
import { Guard } from "../reclaim/eject/guard.js";
import { type Fault, PolicyFault } from "../reclaim/eject/policy-fault.js";
import type { Policy } from "../reclaim/ops.js";
import { type Requests, requestsOf } from "../trace/objects.js";
import { SLOT_MASK, type Trace } from "../trace/trace.js";
import { inputError } from "../util/error.js";
import type { CellResult, CellSpec, SwitchValue } from "./cell.js";
import { newWatch, type Supervision, supervised } from "./supervise.js";

/** What of a cell decides in cache mode. */
export type CacheSpec = Pick<CellSpec, "memoryMax" | "set" | "seed"> & Partial<Pick<CellSpec, "profile">>;

/** Requests at a time: the loop is compiled between two of them, too, not only while it runs. */
const CHUNK = 1 << 16;

/** Requests, and where each comes from. */
interface Told extends Requests {
  readonly originOf: (request: number) => Origin;
}

const known = new WeakMap<Uint32Array, Told>();

/** The requests of a trace, worked out once for as long as its records live. */
function requestsOnce(trace: Pick<Trace, "layout" | "records">): Told {
  const { layout, records } = trace;
  let requests = known.get(records);
  if (requests === undefined) {
    let origins: ReturnType<typeof originsOf> | null = null; // most policies do not ask
    const originOf = (request: number): Origin => {
      origins ??= originsOf(layout);
      return origins(records[request]! & SLOT_MASK);
    };
    known.set(records, (requests = { ...requestsOf(trace), originOf }));
  }
  return requests;
}

/** Boot a cache for a cell. */
export function bootCache(
  spec: CacheSpec,
  policy: Policy,
  nrObjects: number,
  parts: Partial<Pick<CacheOptions, "guard" | "counted" | "originOf" | "admission">> = {},
): Cache {
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
  const { references, admission: filter } = readSwitches(set);
  const exact = references === "exact";
  const admission = admissionOf(filter, max, nrObjects);
  return new Cache(policy, { nrObjects, max, exact, settings, seed, admission, ...parts });
}

/** The switches of a cache: what a hit leaves behind, and who may come in. */
function readSwitches(set: Readonly<Record<string, SwitchValue>>): {
  references: "exact" | "flags";
  admission: AdmissionName;
} {
  for (const name of Object.keys(set)) {
    if (name === "references" || name === "admission") continue;
    inputError(
      `refused: ${name}=${set[name]} in cache mode: a cache has no such part; it has references=exact or flags, ` +
        `and admission=${ADMISSIONS.join(", ")}`,
    );
  }
  const { references = "exact", admission = "off" } = set;
  if (references !== "exact" && references !== "flags") {
    inputError(
      `invalid references: ${references} in cache mode; give exact (hits are told) or flags (bits are set)`,
    );
  }
  if (!ADMISSIONS.includes(admission as AdmissionName)) {
    inputError(`invalid admission: ${admission}; give ${ADMISSIONS.join(", ")}`);
  }
  return { references, admission: admission as AdmissionName };
}

/** `requests` and `misses`; with an admission filter, those that it turned away; the rest as in vmstat, where it applies. */
export function cacheCounters(cache: Cache): Record<string, number> {
  const { requests, misses, evictions, kept, nr, sc, turnedAway, admission } = cache;
  return {
    requests,
    misses,
    nr_access: requests,
    nr_alloc: misses,
    pgscan: evictions + kept,
    pgsteal: evictions,
    pgrefill: sc.nrPassed,
    resident_now: nr,
    ...(admission !== NO_ADMISSION && { turned_away: turnedAway }),
  };
}

/** Simulate a cell in cache mode with a policy at hand. */
export function simulateCache(
  spec: CacheSpec,
  trace: Pick<Trace, "layout" | "records">,
  policy: Policy,
  supervision: Supervision = {},
): CellResult {
  const requests = requestsOnce(trace);
  return supervised(
    policy.name,
    (watch) => {
      const cache =
        watch === undefined
          ? replayBare(
              bootCache(spec, policy, requests.nrObjects, {
                originOf: requests.originOf,
                counted: supervision.watched !== true,
              }),
              requests,
              0,
              supervision,
            )
          : replayGuarded(spec, requests, policy, watch, supervision);
      return { status: "ok", counters: cacheCounters(cache) };
    },
    () => newWatch("cache", supervision),
    supervision,
  );
}

function replayBare(cache: Cache, { objects }: Requests, start: number, { onProgress }: Supervision): Cache {
  const loop = compileLoop(cache);
  for (let from = start; from < objects.length; from += CHUNK) {
    loop(objects, from, Math.min(from + CHUNK, objects.length));
    onProgress?.();
    cache.lists.nrTails = 0;
    cache.sc.nrAsked = 0;
  }
  checkCache(cache);
  return cache;
}

/** Request by request, so that the one that fails can be done again. */
function replayGuarded(
  spec: CacheSpec,
  requests: Told,
  policy: Policy,
  watch: Watch,
  supervision: Supervision,
): Cache {
  const { objects, nrObjects, originOf } = requests;
  let cache: Cache | null = null;
  const objectOf = (folio: number): number => cache?.objectIn(folio) ?? NIL;
  const guard = new Guard(policy.name, nrObjects, objectOf, watch.count, watch);
  cache = bootCache(spec, policy, nrObjects, { guard, originOf });
  const loop = compileLoop(cache);
  let done = 0;
  let before = { misses: 0, turnedAway: 0 };
  try {
    for (; done < objects.length; done++) {
      before = { misses: cache.misses, turnedAway: cache.turnedAway };
      guard.kept = NIL;
      loop(objects, done, done + 1);
    }
    guard.recount();
    checkCache(cache);
    return cache;
  } catch (error) {
    const at = Math.min(done + 1, objects.length);
    watch.ejections.push({ ...faultOf(error, cache, guard), at, fallback: watch.fallback.name });
  }
  guard.end();
  const { admission } = cache;
  const next = bootCache(spec, watch.fallback, nrObjects, { originOf, admission });
  // A fault that was found behind the last request takes that one back.
  if (done === objects.length) done--;
  handOver(cache, guard, next, { object: objects[done]!, done, ...before });
  return replayBare(next, requests, done, supervision);
}

/** What the loop itself throws is that nothing was evicted. */
function faultOf(error: unknown, cache: Cache, guard: Guard): Fault {
  if (error instanceof PolicyFault) return error.fault;
  const kept = guard.kept !== NIL;
  const reason = kept
    ? `never frees: whatever isolate offers is kept, ${cache.nr} objects are resident`
    : `never frees: isolate gave no victim, ${cache.nr} objects are resident`;
  return { ...guard.describe(reason, guard.kept), hook: kept ? "checkReferences" : "isolate" };
}
