/*
 * A cache: the one path with what a cache has. Objects instead of pages; no page tables, batches, writeback or swap; one
 * eviction for each miss, when it is full. Where hits only set a bit there are as many folios as objects fit, so that lists and a
 * policy's columns stay in the core's own cache however many objects there are: who comes in gets the folio of who went out. Where
 * hits are told each object is its own folio, so that a hit need not ask which.
 *
 *   request -- resident? --> accessed bit, or the policy's `hit`
 *       `----- not --> missed -> [full: isolate -> checkReferences -> evicted | place "kept"] -> place "new"
 *
 * The policy, its hooks and their order are those of a kernel's lruvec; see `../ops.ts`. The loop is `cache-loop.ts`.
 */
import { type Admission, NO_ADMISSION } from "../../mechanisms/admission/admission.js";
import type { Settings } from "../../mechanisms/settings.js";
import { type Folios, NIL } from "../../mm/folio.js";
import type { FolioLists } from "../../mm/lists.js";
import { type Origin, UNKNOWN_ORIGIN } from "../../mm/origin.js";
import { bootOps } from "../boot-ops.js";
import type { Guard } from "../eject/guard.js";
import type { LruvecContext, Policy, ReclaimOps } from "../ops.js";
import { cacheContext } from "./cache-context.js";
import { CacheScan } from "./cache-scan.js";
import { CountedScan } from "./counted.js";

/** In `state`: the object is resident. */
export const RESIDENT = 1;
/** In `state`, with RESIDENT: accessed since the last reference check. */
export const ACCESSED = 2;

/** Looks that one eviction may take, for each resident object: bounds policies that keep whatever they meet. */
const MAX_LAPS = 64;

export interface CacheOptions {
  /** Objects that there are: 0 to nrObjects - 1. */
  readonly nrObjects: number;
  /** Most objects resident at once. */
  readonly max: number;
  /** Hits are told to policies that want them; else they only set a bit. */
  readonly exact: boolean;
  readonly settings: Settings;
  readonly seed: number;
  /** Who may come in when the cache is full. */
  readonly admission: Admission;
  /** Calls of hooks are counted, see `counted.ts`. Default: false. */
  readonly counted?: boolean;
  /** Stands between the cache and its policy. */
  readonly guard?: Guard;
  /** Where a request comes from. Default: nobody knows. */
  readonly originOf?: (request: number) => Origin;
}

export class Cache {
  readonly nrObjects: number;
  readonly max: number;
  readonly exact: boolean;
  readonly settings: Settings;
  readonly seed: number;
  readonly admission: Admission;
  readonly name: string;
  /** RESIDENT and ACCESSED of each object; 0 for one that is not here. Shape: [nrObjects]. */
  readonly state: Uint8Array;
  readonly nrFolios: number;
  /**
   * The object that a folio holds or, if that has gone, has held; NIL before the first. Null if each object is its own folio. Shape:
   * [nrFolios].
   */
  readonly objectOf: Int32Array | null;
  /** Looks that one eviction may take. */
  readonly mostLooks: number;
  readonly sc: CacheScan;
  readonly ops: Required<ReclaimOps>;
  readonly lists: FolioLists;
  /** Columns of folios; null if the policy has asked for none. */
  readonly columns: Folios | null;
  /** Hits are told to the policy. */
  readonly tellsHits: boolean;
  /** So are faults. */
  readonly tellsFaults: boolean;
  /** The policy has a budget of its own: eviction goes in passes of falling priority. */
  readonly hasBudget: boolean;
  /** There is an admission filter. */
  readonly filters: boolean;
  /** The policy has been attached. */
  booted = false;
  readonly originOf: (request: number) => Origin;
  /** The request that has missed last. */
  missing = 0;
  /** Objects resident. */
  nr = 0;
  /** Requests so far, those that were not resident, and objects evicted. */
  requests = 0;
  misses = 0;
  evictions = 0;
  /** Candidates that the policy got back. */
  kept = 0;
  /** Requests that were served, and not kept. */
  turnedAway = 0;

  /** Boot a policy on an empty cache. */
  constructor(policy: Policy, options: CacheOptions) {
    const {
      nrObjects,
      max,
      exact,
      settings,
      seed,
      admission,
      guard,
      counted = false,
      originOf = () => UNKNOWN_ORIGIN,
    } = options;
    this.originOf = originOf;
    this.nrObjects = nrObjects;
    this.max = max;
    this.exact = exact;
    this.settings = settings;
    this.seed = seed;
    this.admission = admission;
    this.name = policy.name;
    this.state = new Uint8Array(nrObjects);
    this.tellsHits = exact && policy.asks.includes("hits");
    [this.objectOf, this.nrFolios] = foliosFor(this.tellsHits, max, nrObjects);
    this.mostLooks = MAX_LAPS * max + 64;
    this.sc = counted ? new CountedScan(this.mostLooks) : new CacheScan(this.mostLooks);
    let booted = cacheContext(this, false, counted);
    const boot = (): ReclaimOps =>
      bootOps(policy, guard?.context(booted.ctx) ?? booted.ctx, () => booted.lists !== null);
    let own = boot();
    if (this.tellsHits !== (exact && own.hit !== undefined)) {
      // It wants what it did not ask for, or does not want what it asked for: boot it again on the other folios.
      this.tellsHits = !this.tellsHits;
      [this.objectOf, this.nrFolios] = foliosFor(this.tellsHits, max, nrObjects);
      booted = cacheContext(this, false, counted);
      own = boot();
    }
    if (booted.columns !== null) {
      // It reads or writes columns of folios: boot it again on lists that keep them up.
      booted = cacheContext(this, true, counted);
      own = boot();
    }
    guard?.resize(this.nrFolios);
    own = guard?.ops(own) ?? own;
    this.lists = booted.lists!;
    this.columns = booted.columns;
    this.filters = admission !== NO_ADMISSION;
    this.tellsFaults = own.accessed !== undefined;
    this.hasBudget = own.budget !== undefined;
    this.ops = withDefaults(own, booted.ctx);
    this.booted = true;
  }

  /** The object that a folio holds or has held last; NIL if none. */
  objectIn(folio: number): number {
    return this.objectOf === null ? folio : (this.objectOf[folio] ?? NIL);
  }
}

/** What folios of a cache hold, and how many there are: their own objects where hits are told, none yet elsewhere. */
function foliosFor(tellsHits: boolean, max: number, nrObjects: number): [Int32Array | null, number] {
  const nr = tellsHits ? nrObjects : Math.min(max, nrObjects);
  return [tellsHits ? null : new Int32Array(nr).fill(NIL), nr];
}

/** The hooks with the optional ones filled in. */
function withDefaults(ops: ReclaimOps, ctx: LruvecContext): Required<ReclaimOps> {
  const { references } = ctx;
  return {
    budget: () => Number.MAX_SAFE_INTEGER,
    checkReferences: (folio) => (references(folio).vmas > 0 ? "keep" : "reclaim"),
    accessed() {},
    removed() {},
    missed() {},
    evicted() {},
    hit() {},
    inspect: () => ({}),
    ...ops,
  };
}
