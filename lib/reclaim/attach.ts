/*
 * Attaching a policy to a lruvec: what it can reach (LruvecContext), and the hooks that it left out.
 */

import { pickByAge } from "../mechanisms/balance/balance.js";
import { generationPass } from "../mechanisms/generation-pass.js";
import { Generations } from "../mechanisms/generations.js";
import { Ghosts } from "../mechanisms/ghosts.js";
import { insertMarked, insertYoung } from "../mechanisms/insertion.js";
import { BY_FAULT } from "../mm/access.js";
import { atPriority } from "../mm/batch.js";
import { ANON, FILE, type Folio, type MemType, NIL, PG_YOUNG } from "../mm/folio.js";
import { ClassLists, type FolioLists } from "../mm/lists.js";
import type { Lruvec } from "../mm/lruvec.js";
import { mulberry32 } from "../util/random.js";
import { bootOps } from "./boot-ops.js";
import type { Attached, Core, Mechanisms } from "./core.js";
import type { Guard } from "./eject/guard.js";
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
  const attached = newAttached(mechanisms);
  core.attached[lruvec.id] = attached;
  attached.ops = bootPolicy(core, lruvec, attached, policy, seed);
}

export function newAttached(mechanisms: Mechanisms): Attached {
  return { mechanisms, lists: null, ghosts: null, drivesClock: false } as unknown as Attached;
}

/** Attach a policy in place of any other: its hooks. @param guard - Stands between the two. */
export function bootPolicy(
  core: Core,
  lruvec: Lruvec,
  attached: Attached,
  policy: Policy,
  seed: number,
  guard?: Guard,
): Required<ReclaimOps> {
  attached.lists = null;
  attached.ghosts = null;
  attached.drivesClock = false;
  const ctx = contextOf(core, lruvec, attached, seed);
  const own = bootOps(policy, guard?.context(ctx) ?? ctx, () => attached.lists !== null);
  return withDefaults(guard?.ops(own) ?? own, ctx, lruvec);
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
      return atPriority(ctx.unprotected(anon + lruvec.pages(FILE)), sc.priority);
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

  function walk(maySwap: boolean): boolean {
    if (!mechanisms.walk.enabled) return false;
    sc.nrSinceWalk = 0;
    core.timers.noteSwitches();
    mechanisms.walk.run(lruvec, maySwap);
    sc.walkContext = true;
    return true;
  }

  return {
    exact: settings.hits === "told",
    nrFrames: folios.capacity,
    nrFolios: folios.capacity,
    page: (folio) => folios.page[folio]!,
    origin: () => core.origin(),
    newGhosts(nrLists = 1) {
      attached.ghosts = new Ghosts(core.memory.nrPages, nrLists);
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
    generationPass: (ring, scan) =>
      generationPass(settings.budget, {
        ring,
        clock: lruvec.clock,
        batch: settings.batch,
        scan,
        canSwap: (control) => core.canReclaim(ANON, lruvec.node) && control.swappiness > 0,
        unprotected: (nr) => sc.unprotected(lruvec.memcg, nr),
        isDone: (control) => control.isDone(lruvec.node),
        pickType: ({ swappiness }) => pickByAge(mechanisms.balance, lruvec, swappiness),
        updateTiers: (type) => mechanisms.tiers.update(type),
        walk: (canSwap) => void walk(canSwap),
        drain: () => core.batches.drain(),
      }),
    settings,
    reads: mechanisms.reads,
    references: (folio) => mechanisms.references.check(folio),
    promote: (folio, klass) => mechanisms.ages.promote(folio, klass),
    youngHit: (folio, klass) => mechanisms.young.hit(folio, klass),
    activate: (folio) => core.batches.activate(folio),
    markYoung(folio) {
      folios.flags[folio]! |= PG_YOUNG;
    },
    canReclaim: (type) => core.canReclaim(type, lruvec.node),
    walk,
    drain: () => core.batches.drain(),
    walkIfDue() {
      const due = settings.walkEvery * (lruvec.pages(ANON) + lruvec.pages(FILE));
      return mechanisms.walk.enabled && sc.nrSinceWalk >= due && walk(core.canReclaim(ANON, lruvec.node));
    },
    demote(control, lists, type, from, to, nr) {
      core.batches.drain();
      control.look(mechanisms.deactivation.demote(lruvec, lists, type, from, to, nr));
    },
    takeTail: (control, lists, type, klass, nr) => takeTail(core, control, lists, type, klass, nr),
  };
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
