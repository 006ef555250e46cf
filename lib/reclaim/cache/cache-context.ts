/*
 * What a policy can reach in a cache. Services that a cache has work as in a kernel; those that it has not (walks,
 * batches, tiers, the balance of two types: all objects are of one) are null objects.
 *
 * A policy of queues and ghosts gets the leanest lists there are. One that asks for columns of folios, for lists by type
 * or for generations gets the kernel's own, over an lruvec that holds nothing but file pages.
 */

import { SPLIT_COUNTS } from "../../mechanisms/access/read-counts.js";
import type { References } from "../../mechanisms/access/references.js";
import type { Balance } from "../../mechanisms/balance/balance.js";
import { generationPass } from "../../mechanisms/generation-pass.js";
import { Generations } from "../../mechanisms/generations.js";
import { Ghosts } from "../../mechanisms/ghosts.js";
import { insertMarked, insertYoung } from "../../mechanisms/insertion.js";
import type { Tiers } from "../../mechanisms/tiers.js";
import { FILE, type Folio, Folios, type MemType, NIL, PG_ACTIVE, PG_WORKINGSET } from "../../mm/folio.js";
import { ClassLists, type FolioLists } from "../../mm/lists.js";
import { Lruvec } from "../../mm/lruvec.js";
import { Memcg } from "../../mm/memcg.js";
import { PlainList, PlainLists } from "../../mm/plain-lists.js";
import { Vmstat } from "../../mm/vmstat.js";
import { mulberry32 } from "../../util/random.js";
import type { LruvecContext } from "../ops.js";
import type { ScanControl } from "../scan-control.js";
import { ACCESSED, type Cache } from "./cache.js";
import { CountedList, CountedLists } from "./counted.js";

/** `state` of a resident object that was not accessed; a constant of this module, because the compiler takes others for variables. */
const UNUSED = 1;

const NO_TIERS: Tiers = {
  update() {},
  pickType: () => FILE,
  pickBySums: () => FILE,
  protect: () => false,
  noteOlder() {},
  noteEvicted() {},
  noteRefaulted() {},
  carryOver() {},
  stateOf: () => ({ refaulted: 0, total: 0, evictable: true }),
};

const ONE_TYPE: Balance = {
  olderFirst: false,
  shares: () => ({ weight: Float64Array.of(0, 1) }),
  pick: () => FILE,
  noteRefault() {},
  noteBatch() {},
};

/** A context, and what its policy has made of it. */
export interface Booted {
  readonly ctx: LruvecContext;
  /** Null until the policy asks for lists. */
  lists: FolioLists | null;
  /** Null until the policy asks for columns of folios, or for lists that keep them up. */
  columns: Folios | null;
}

/** @param keepsColumns - Lists keep the columns of folios up, whatever the policy asks for. @param counted - See `counted.ts`. */
export function cacheContext(cache: Cache, keepsColumns: boolean, counted: boolean): Booted {
  const { nrObjects, nrFolios, max, exact, settings, seed, state, objectOf } = cache;
  const stat = new Vmstat();
  const lruvec = new Lruvec(0, new Memcg("cache", max), 0);
  const { clock } = lruvec;
  const found: References = { vmas: 0, exec: false };
  const booted = { lists: null as FolioLists | null, columns: null as Folios | null };

  function columns(): Folios {
    booted.columns ??= unlisted(nrFolios);
    return booted.columns;
  }

  const page = objectOf === null ? (folio: Folio) => folio : (folio: Folio) => objectOf[folio]!;

  function references(folio: Folio): References {
    const object = page(folio);
    found.vmas = state[object]! >> 1;
    if (!exact && found.vmas > 0) cache.admission.note(object);
    state[object] = UNUSED;
    return found;
  }

  const ctx: LruvecContext = {
    exact,
    nrFrames: max,
    nrFolios,
    folios: keepsColumns ? columns() : onFirstUse(cache, columns),
    lruvec,
    target: () => lruvec,
    unprotected: (size) => size,
    clock,
    tiers: NO_TIERS,
    balance: ONE_TYPE,
    random: mulberry32(seed),
    reads: SPLIT_COUNTS,
    settings,
    page,
    origin: () => cache.originOf(cache.missing),
    newGhosts: (nrLists = 1) => new Ghosts(nrObjects, nrLists),
    newLists(nrClasses, options) {
      const mixed = options?.mixed === true;
      if (keepsColumns || !mixed) {
        booted.lists = new ClassLists(columns(), lruvec, stat, nrClasses, mixed);
      } else {
        const [One, Many] = counted ? [CountedList, CountedLists] : [PlainList, PlainLists];
        booted.lists = nrClasses === 1 ? new One(nrFolios) : new Many(nrFolios, nrClasses);
      }
      return booted.lists;
    },
    newGenerations(gens, minGens) {
      return new Generations(this.newLists(gens), columns(), clock, NO_TIERS, minGens, settings.aging);
    },
    insertion(gens, minGens) {
      return settings.insertion === "marked"
        ? insertMarked(columns(), clock, minGens, gens)
        : insertYoung(columns(), clock, minGens, false);
    },
    generationPass: (ring, scan) =>
      generationPass(settings.budget, {
        ring,
        clock,
        batch: settings.batch,
        scan,
        canSwap: () => false,
        pickType: () => FILE,
        updateTiers() {},
        walk() {},
        unprotected: (nr) => nr,
        isDone: () => false,
        drain() {},
      }),
    references,
    promote: (folio, klass) => booted.lists!.move(folio, klass),
    youngHit: (folio, klass) => booted.lists!.move(folio, klass),
    activate(folio) {
      booted.lists!.remove(folio);
      cache.ops.removed(folio);
      columns().flags[folio]! |= PG_ACTIVE;
      cache.ops.place(folio, "activated");
    },
    markYoung(folio) {
      state[page(folio)]! |= ACCESSED;
    },
    canReclaim: (type) => type === FILE,
    walk: () => false,
    drain() {},
    walkIfDue: () => false,
    demote(sc, lists, type, from, to, nr) {
      const { flags } = columns();
      const end = Math.min(nr, lists.size(type, from)); // each folio once
      for (let looked = 0; looked < end; looked++) {
        const folio = lists.tail(type, from);
        if (folio === NIL) break;
        sc.passOver(folio);
        if (lists.settle(folio, from)) continue;
        references(folio);
        flags[folio] = (flags[folio]! & ~PG_ACTIVE) | PG_WORKINGSET;
        lists.move(folio, to);
      }
    },
    takeTail: keepsColumns ? takeSettled : takeOne,
  };
  return Object.assign(booted, { ctx });
}

/** The tail of a list without strays. */
function takeOne(sc: ScanControl, lists: FolioLists, type: MemType, klass: number): void {
  const folio = lists.tail(type, klass);
  if (folio >= 0 && sc.more()) sc.take(folio, lists);
}

function takeSettled(sc: ScanControl, lists: FolioLists, type: MemType, klass: number, nr: number): void {
  for (const end = sc.nrLooked + nr; sc.nrLooked < end && sc.more(); ) {
    const folio = lists.tail(type, klass);
    if (folio === NIL) break;
    if (lists.settle(folio, klass)) sc.passOver(folio);
    else sc.take(folio, lists);
  }
}

/**
 * Columns of folios that are made when the policy takes one of them in `attach`. A getter on the context would do, but make
 * it a dictionary to the compiler, and each service that a hook asks for a look-up.
 */
function onFirstUse(cache: Cache, columns: () => Folios): Folios {
  return new Proxy({} as Folios, {
    get(_target, name: keyof Folios) {
      if (name === "type") return () => FILE;
      if (cache.booted) {
        throw new Error(
          `policy ${cache.name} takes ctx.folios.${name} for the first time in a hook; take it in attach: ` +
            `const { ${name} } = ctx.folios`,
        );
      }
      return columns()[name];
    },
  });
}

/** Folios of one page each, on no list. */
function unlisted(nr: number): Folios {
  const folios = new Folios(nr);
  folios.nrPages.fill(1);
  return folios;
}
