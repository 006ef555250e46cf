/*
 * Ejection: a policy that breaks its contract loses its lruvec, and another takes over, in the middle of a run.
 *
 *   hook -- throws, or the guard does --> its folios, oldest first --> place "new" of the fallback --> the call is answered
 *                                                                                                by the fallback
 *
 * Nothing else changes: folios that the core holds at that moment (in a batch, isolated) stay the core's and are placed with
 * the fallback when their turn comes; counters, shadows, charges and the mechanisms in their slots go on. Other lruvecs do
 * not notice. PG_ACTIVE says which folios were on an active list.
 *
 * A policy that never frees breaks no rule at any one call. It is judged when memory would be out: it is ejected if reclaim
 * went through all priorities without an eviction, although there were pages that can go and none was refused by anybody else.
 * If the fallback cannot free anything either, it was out of memory (`lib/sim/supervise.ts`).
 *
 * Source: what sched_ext does with a scheduler of BPF (kernel/sched/ext.c, scx_error(), 6.12); mm/vmscan.c,
 * lru_gen_change_state(), which moves all folios from one set of lists to another, 6.12.
 */
import { DEF_PRIORITY } from "../../mm/batch.js";
import { ANON, FILE, type Folio, type MemType, NIL, NO_CLASS, PG_ACTIVE, PG_LRU } from "../../mm/folio.js";
import type { Lruvec } from "../../mm/lruvec.js";
import { bootPolicy, newAttached } from "../attach.js";
import type { Attached, Core, Mechanisms } from "../core.js";
import type { Policy, ReclaimOps } from "../ops.js";
import { type CallCount, Guard, type GuardOptions, walk } from "./guard.js";
import { type Ejection, type Fault, PolicyFault } from "./policy-fault.js";

/** How the policies of one guarded run are watched, and what came of it. */
export interface Watch extends GuardOptions {
  readonly fallback: Policy;
  readonly count: CallCount;
  readonly ejections: Ejection[];
  /** Folios freed so far; and how many had been when a policy was first ejected because it never frees. */
  nrFreed: number;
  nrFreedBefore?: number;
}

/** Boot a policy on a lruvec as `attach` does, under guard. */
export function attachGuarded(
  core: Core,
  lruvec: Lruvec,
  policy: Policy,
  seed: number,
  mechanisms: Mechanisms,
  watch: Watch,
): void {
  const attached = newAttached(mechanisms);
  core.attached[lruvec.id] = attached;
  const suspect = new Suspect(core, lruvec, attached, policy, seed, watch);
  const { rescue } = core;
  core.rescue = () => {
    const others = rescue();
    return suspect.judge() || others;
  };
}

/** A policy on a lruvec, and what it has come to. */
class Suspect {
  private readonly guard: Guard;
  /** Whose hooks are called. */
  private current: Required<ReclaimOps>;
  private ejected = false;
  /** The pass in which it was ejected is over. */
  private newPass = false;
  /** `nrFreed` when the present stall began: since then nobody has freed anything. */
  private stall = 0;
  /** Since then: passes begun, batches asked for, folios that it offered, the last that it kept. */
  private passes = 0;
  private batches = 0;
  private offered = 0;
  private kept: Folio = NIL;
  /** Since then somebody else has refused a folio: memory may be out without its fault. */
  private refused = false;
  /** Verdict "reclaim", fate unknown. */
  private readonly condemned = new Set<Folio>();

  constructor(
    private readonly core: Core,
    private readonly lruvec: Lruvec,
    private readonly attached: Attached,
    private readonly policy: Policy,
    private readonly seed: number,
    private readonly watch: Watch,
  ) {
    const { folios } = core;
    this.guard = new Guard(policy.name, folios.capacity, (f) => folios.page[f] ?? NIL, watch.count, watch);
    this.current = bootPolicy(core, lruvec, attached, policy, seed, this.guard);
    attached.ops = this.ops();
  }

  /** Hooks that the core can keep: they call the policy's, and after its ejection the fallback's. */
  private ops(): Required<ReclaimOps> {
    return {
      place: (folio, why) => {
        if (why === "kept" && this.condemned.delete(folio)) this.refused = true;
        this.call(() => this.current.place(folio, why));
        const listed = (this.core.folios.flags[folio]! & PG_LRU) !== 0;
        if (this.ejected && !listed) this.current.place(folio, why);
      },
      isolate: (sc) => {
        const taken = sc.nrTaken;
        this.batches++;
        this.call(() => this.current.isolate(sc));
        this.offered += sc.nrTaken - taken;
        if (this.guard.refused) this.refused = true;
        this.guard.refused = false;
      },
      budget: (sc) => {
        if (sc.nrBatches === 0) {
          if (this.stall !== this.watch.nrFreed) this.beginStall();
          this.passes++;
          this.newPass = true;
        }
        const budget = this.ejected && !this.newPass ? 0 : this.call(() => this.current.budget(sc));
        return budget ?? 0;
      },
      checkReferences: (folio) => {
        const verdict =
          this.call(() => this.current.checkReferences(folio)) ?? this.current.checkReferences(folio);
        if (verdict === "reclaim") this.condemned.add(folio);
        else this.kept = folio;
        return verdict;
      },
      accessed: (folio, source) =>
        this.retry(() => {
          this.current.accessed(folio, source);
        }),
      removed: (folio) => {
        if (!this.ejected) this.guard.release(folio);
        this.retry(() => this.current.removed(folio));
      },
      missed: (page) => this.retry(() => this.current.missed(page)),
      evicted: (folio, page) => {
        this.condemned.delete(folio);
        this.watch.nrFreed++;
        this.retry(() => this.current.evicted(folio, page));
      },
      hit: (folio) => this.retry(() => this.current.hit(folio)),
      inspect: () => this.current.inspect(),
    };
  }

  private beginStall(): void {
    this.stall = this.watch.nrFreed;
    this.passes = this.batches = this.offered = 0;
    this.kept = NIL;
    this.refused = false;
    this.condemned.clear();
  }

  /** Call a hook. Undefined: it was the policy's last. */
  private call<T>(hook: () => T): T | undefined {
    if (this.ejected) return hook();
    const turn = this.core.ledger?.owner;
    try {
      return hook();
    } catch (error) {
      if (turn !== undefined) this.core.ledger!.turn(turn);
      if (!this.ejected) this.eject(error instanceof PolicyFault ? error.fault : this.faultOf(error));
      return undefined;
    }
  }

  /** The same for a hook that answers nothing: the fallback is told instead. */
  private retry(hook: () => void): void {
    const before = this.ejected;
    this.call(hook);
    if (this.ejected && !before) hook();
  }

  private faultOf(error: unknown): Fault {
    return this.guard.describe(error instanceof Error ? error.message : String(error));
  }

  /** Memory would be out: true if that is this policy's doing, which is then ejected. */
  judge(): boolean {
    const { core, lruvec, watch } = this;
    const anon = core.canReclaim(ANON, lruvec.node) ? lruvec.pages(ANON) : 0;
    const pages = anon + lruvec.pages(FILE);
    if (this.ejected || this.refused || pages === 0 || !lruvec.memcg.isUnder(core.sc.target)) return false;
    if (this.stall !== watch.nrFreed || this.passes <= DEF_PRIORITY || this.policy.mayRunOut === true)
      return false;
    const [hook, how] =
      this.batches === 0
        ? ["budget", "it never asked for more than 0 pages"]
        : this.offered === 0
          ? ["isolate", "it offered no folio"]
          : ["checkReferences", `it kept all ${this.offered} folios that isolate offered`];
    const reason = `never frees: in ${this.passes} passes over ${pages} pages that can go, ${how}`;
    this.eject({ ...this.guard.describe(reason, this.kept), hook });
    watch.nrFreedBefore ??= watch.nrFreed;
    return true;
  }

  private eject(fault: Fault): void {
    const { core, lruvec, attached, guard, watch } = this;
    const { fallback } = watch;
    this.ejected = true;
    this.newPass = false;
    guard.end();
    const order = inOrder(core, attached, guard);
    this.unlist();
    this.current = bootPolicy(core, lruvec, attached, fallback, this.seed);
    if (attached.drivesClock) lruvec.clock.minSeq.fill(0); // its ring has set max_seq as for a start
    core.stat.lru_lock++;
    for (const folio of order) {
      this.current.place(folio, "new");
      if ((core.folios.flags[folio]! & PG_LRU) === 0) {
        throw new Error(`policy ${fallback.name} took over and left folio ${folio} on no list`);
      }
    }
    const { memcg, node } = lruvec;
    watch.ejections.push({
      ...fault,
      at: core.stat.nr_record,
      fallback: fallback.name,
      ...(core.lruvecs.length > 1 && { memcg: memcg.name, node }),
    });
  }

  /** Take all folios of the policy off its lists, whatever state these are in. */
  private unlist(): void {
    const { core, lruvec, attached, guard } = this;
    const { next, prev, klass, flags } = core.folios;
    for (const folio of guard.known()) {
      const active = attached.lists?.isActive(klass[folio]!) === true;
      flags[folio] = (flags[folio]! & ~(PG_LRU | PG_ACTIVE)) | (active ? PG_ACTIVE : 0);
      next[folio] = NIL;
      prev[folio] = NIL;
      klass[folio] = NO_CLASS;
    }
    for (const type of [ANON, FILE] as readonly MemType[]) {
      lruvec.account(type, false, -lruvec.inactive(type));
      lruvec.account(type, true, -lruvec.active(type));
    }
  }
}

/** The folios that a policy holds: as they stand on its lists, oldest first, and then what its lists have lost. */
function inOrder({ folios }: Core, { lists }: Attached, guard: Guard): Folio[] {
  const order = new Set<Folio>();
  if (lists !== null) {
    for (const folio of walk(lists, folios.capacity)) if (guard.holds(folio)) order.add(folio);
  }
  for (const folio of guard.held()) order.add(folio);
  return [...order];
}
