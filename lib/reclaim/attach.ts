/*
 * Attaching a policy to a lruvec: what it can reach (LruvecContext), and the hooks that it left out.
 */

import { Generations } from "../mechanisms/generations.js";
import { Ghosts } from "../mechanisms/ghosts.js";
import { insertMarked, insertYoung } from "../mechanisms/insertion.js";
import { BY_FAULT } from "../mm/access.js";
import {
  ANON,
  FILE,
  type Folio,
  type MemType,
  NIL,
  PG_ACTIVE,
  PG_WORKINGSET,
  PG_YOUNG,
} from "../mm/folio.js";
import { ClassLists, type FolioLists } from "../mm/lists.js";
import type { Lruvec } from "../mm/lruvec.js";
import { mulberry32 } from "../util/random.js";
import type { Attached, Core, Mechanisms } from "./core.js";
import type { LruvecContext, Policy, ReclaimOps } from "./ops.js";
import type { ScanControl } from "./scan-control.js";

/** Boot a policy on a lruvec; from now on it owns the lruvec's lists. */
export function attach(
  core: Core,
  lruvec: Lruvec,
  policy: Policy,
  seed: number,
  mechanisms: Mechanisms = core.mechanisms,
): void {
  const attached = {
    mechanisms,
    lists: null as ClassLists | null,
    ghosts: null,
    drivesClock: false,
  } as Attached;
  core.attached[lruvec.id] = attached;
  const ctx = contextOf(core, lruvec, attached, seed);
  Object.assign(attached, { ops: withDefaults(policy.attach(ctx), ctx, lruvec) });
  if (attached.lists === null) {
    throw new Error(`policy ${policy.name} made no lists; call ctx.newLists(nrClasses) in attach`);
  }
}

/** The hooks with the optional ones filled in, so that the core never asks whether a hook is there. */
function withDefaults(ops: ReclaimOps, ctx: LruvecContext, lruvec: Lruvec): Required<ReclaimOps> {
  return {
    budget(sc) {
      if (sc.nrBatches === 0) {
        ctx.drain();
        ctx.walkIfDue();
      }
      const anon = ctx.canReclaim(ANON) ? lruvec.pages(ANON) : 0;
      return Math.floor(ctx.unprotected(anon + lruvec.pages(FILE)) / 2 ** sc.priority);
    },
    checkReferences: (folio) => (ctx.references(folio).vmas > 0 ? "keep" : "reclaim"),
    accessed(folio, source) {
      if (source !== BY_FAULT) ctx.markYoung(folio);
    },
    removed() {},
    missed() {},
    evicted() {},
    hit() {},
    inspect: () => ({}),
    ...ops,
  };
}

function contextOf(core: Core, lruvec: Lruvec, attached: Attached, seed: number): LruvecContext {
  const { folios, sc } = core;
  const { mechanisms } = attached;
  const { settings } = mechanisms;
  return {
    exact: settings.hits === "told",
    nrFrames: folios.capacity,
    nrFolios: folios.capacity,
    page: (folio) => folios.page[folio]!,
    newGhosts(nrLists = 1) {
      attached.ghosts = new Ghosts(core.memory.map.nrPages, nrLists);
      return attached.ghosts;
    },
    folios,
    lruvec,
    target: () => sc.targetLruvec(lruvec),
    unprotected: (size) => sc.unprotected(lruvec.memcg, size),
    clock: lruvec.clock,
    tiers: mechanisms.tiers,
    balance: mechanisms.balance,
    random: mulberry32(seed),
    newLists(nrClasses, options) {
      attached.lists = new ClassLists(folios, lruvec, core.stat, nrClasses, options?.mixed === true);
      return attached.lists;
    },
    newGenerations(gens, minGens) {
      attached.drivesClock = true;
      const { tiers } = mechanisms;
      return new Generations(this.newLists(gens), folios, lruvec.clock, tiers, minGens, settings.aging);
    },
    insertion(gens, minGens) {
      return settings.insertion === "marked"
        ? insertMarked(folios, lruvec.clock, minGens, gens)
        : insertYoung(folios, lruvec.clock, minGens, core.params.keepsCounts === true);
    },
    settings,
    reads: mechanisms.reads,
    references: (folio) => mechanisms.references.check(folio),
    promote: (folio, klass) => mechanisms.ages.promote(folio, klass),
    youngHit: (folio, klass) => mechanisms.young.hit(folio, klass),
    activate: (folio) => core.batches.activate(folio),
    markYoung(folio) {
      folios.flags[folio]! |= PG_YOUNG;
    },
    passedOver: (folio) => mechanisms.writeback.passedOver(folio),
    canReclaim: (type) => core.canReclaim(type, lruvec.node),
    walk(maySwap) {
      if (!mechanisms.walk.enabled) return false;
      sc.nrSinceWalk = 0;
      core.timers.noteSwitches();
      mechanisms.walk.run(lruvec, maySwap);
      sc.walkContext = true;
      return true;
    },
    drain: () => core.batches.drain(),
    walkIfDue() {
      const due = settings.walkEvery * (lruvec.pages(ANON) + lruvec.pages(FILE));
      return (
        mechanisms.walk.enabled && sc.nrSinceWalk >= due && this.walk(core.canReclaim(ANON, lruvec.node))
      );
    },
    demote: (control, lists, type, from, to, nr) => demote(core, lruvec, control, lists, type, from, to, nr),
    takeTail: (control, lists, type, klass, nr) => takeTail(core, control, lists, type, klass, nr),
  };
}

/** See {@link LruvecContext.demote}. Source: mm/vmscan.c, shrink_active_list(), 6.12. */
function demote(
  core: Core,
  lruvec: Lruvec,
  sc: ScanControl,
  lists: FolioLists,
  type: MemType,
  from: number,
  to: number,
  nr: number,
): void {
  const { folios, stat } = core;
  const { mechanisms } = core.attached[lruvec.id]!;
  core.batches.drain();
  stat.lru_lock += 2; // once to isolate, once to put back
  let rotated = 0;
  const end = Math.min(nr, lists.size(type, from)); // each folio once
  for (let looked = 0; looked < end; ) {
    const folio = lists.tail(type, from);
    if (folio === NIL) break;
    const pages = folios.nrPages[folio]!;
    looked += pages;
    sc.look(pages);
    stat.pgrefill += pages;
    if (lists.settle(folio, from)) continue;
    const found = mechanisms.references.check(folio);
    if (found.vmas > 0 && found.exec && type === FILE) {
      lists.move(folio, from);
      lruvec.age(pages);
      rotated += pages;
      continue;
    }
    lists.remove(folio);
    folios.flags[folio] = (folios.flags[folio]! & ~PG_ACTIVE) | PG_WORKINGSET;
    lists.add(folio, to);
    stat.pgdeactivate += pages;
  }
  if (rotated > 0) mechanisms.balance.noteBatch(lruvec, type, 0, rotated);
}

/** See {@link LruvecContext.takeTail}. Source: mm/vmscan.c, isolate_lru_folios(), 6.12. */
function takeTail(
  core: Core,
  sc: ScanControl,
  lists: FolioLists,
  type: MemType,
  klass: number,
  nr: number,
): void {
  core.batches.drain();
  for (const end = sc.nrLooked + nr; sc.nrLooked < end && sc.more(); ) {
    const folio: Folio = lists.tail(type, klass);
    if (folio === NIL) break;
    if (lists.settle(folio, klass)) sc.passOver(folio);
    else if (!sc.take(folio, lists)) lists.move(folio, klass);
  }
}
