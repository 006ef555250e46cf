/*
 * The guard: stands between the core and a policy that is under suspicion, and names what it does wrong. A sound policy
 * does under it what it does without.
 *
 *   core -> [ guard: which folios are the policy's? ] -> hook -> [ guard: fuel, whose folio? ] -> lists, ctx, sc, ghosts
 *
 * It keeps its own book of the folios that the policy holds: given by `place`, gone by `take` and `removed`. Everything that
 * a hook asks for costs fuel, so a loop that asks for ever ends at the same call on every machine. Now and then the lists are
 * counted against the book. What it finds it throws as a PolicyFault; who called the hook decides what follows.
 *
 * It costs several times what a hook costs, so it runs in a second run only, after a first one without it has failed
 * (`lib/sim/supervise.ts`).
 */
import { type Folio, NIL } from "../../mm/folio.js";
import type { FolioLists } from "../../mm/lists.js";
import type { LruvecContext, ReclaimOps } from "../ops.js";
import { guardContext, guardScan } from "./guarded-access.js";
import { type Fault, isVerdict, PolicyFault, wrongVerdict } from "./policy-fault.js";

/** Calls that one hook may make: so many for each folio that the policy holds, and so many more. */
const FUEL_PER_FOLIO = 512;
const FUEL_BASE = 1 << 20;
/** Hook calls between two recounts, at least; as many as there are folios, so that a recount costs a call little. */
const RECOUNT_EVERY = 256;

/** In the book of folios: not the policy's; on its lists; being placed. */
const [NOT_HELD, HELD, PLACING] = [0, 1, 2];

/** Where a guarded hook call is noted, so that another thread can see it: [calls so far, index of the hook, folio or page]. */
export type CallNote = Int32Array;

/** Names of hooks, in the order of their index in a {@link CallNote}. */
export const HOOKS: readonly Hook[] = [
  "place",
  "isolate",
  "budget",
  "checkReferences",
  "accessed",
  "removed",
  "missed",
  "evicted",
  "hit",
  "inspect",
];

export type Hook = keyof ReclaimOps;

/** How guards of one run are set up. */
export interface GuardOptions {
  /** Each hook call is noted here. */
  readonly note?: CallNote | undefined;
  /** The hook call, counted over all guards of the run from 1 on, that is known not to come back. */
  readonly stuckCall?: number | undefined;
  /** Why it is known. */
  readonly stuckReason?: string | undefined;
}

/** Hook calls of all guards of a run. */
export interface CallCount {
  calls: number;
}

export class Guard {
  /** Which folios the policy holds. Shape: [nrFolios]. */
  private book: Uint8Array;
  private nrHeld = 0;
  /** Folios that the running hook has unlisted and not listed again. */
  private readonly out = new Set<Folio>();
  private hook: Hook | "attach" = "attach";
  private folio: Folio = NIL;
  private page = NIL;
  private fuel = FUEL_BASE;
  private depth = 0;
  private sinceRecount = 0;
  /** The policy is out: whatever it asks for is refused. */
  private over = false;
  lists: FolioLists | null = null;
  /** A folio that it offered was refused, since somebody last looked. */
  refused = false;
  /** The last folio that was put back, since somebody last looked; NIL if none. */
  kept: Folio = NIL;

  constructor(
    private readonly policy: string,
    nrFolios: number,
    private readonly pageOf: (folio: Folio) => number,
    private readonly count: CallCount,
    private readonly options: GuardOptions = {},
  ) {
    this.book = new Uint8Array(nrFolios);
  }

  /** There are so many folios after all; none is the policy's yet. */
  resize(nrFolios: number): void {
    this.book = new Uint8Array(nrFolios);
  }

  /** What the policy may reach, with every call counted. */
  context(ctx: LruvecContext): LruvecContext {
    return guardContext(this, ctx);
  }

  /** The hooks that the policy has, and `removed`, which the book needs. A hook that breaks the contract throws a {@link PolicyFault}. */
  ops(own: ReclaimOps): ReclaimOps {
    const guarded: ReclaimOps = {
      place: (folio, why) => {
        this.book[folio] = PLACING;
        if (why === "kept") this.kept = folio;
        this.run("place", folio, () => {
          own.place(folio, why);
          if (!this.lists!.has(folio)) {
            this.fail(
              `left the folio, given as "${why}", on no list; a policy must list what it is given`,
              folio,
            );
          }
          this.book[folio] = HELD;
          this.nrHeld++;
        });
      },
      isolate: (sc) => this.run("isolate", NIL, () => own.isolate(guardScan(this, sc))),
      removed: (folio) => {
        this.release(folio);
        if (own.removed !== undefined) this.run("removed", folio, () => own.removed!(folio));
      },
    };
    if (own.budget !== undefined) {
      guarded.budget = (sc) => this.run("budget", NIL, () => own.budget!(guardScan(this, sc)));
    }
    if (own.missed !== undefined) {
      guarded.missed = (page) => this.run("missed", NIL, () => own.missed!(page), page);
    }
    if (own.evicted !== undefined) {
      guarded.evicted = (folio, page) => this.run("evicted", folio, () => own.evicted!(folio, page));
    }
    for (const hook of ["checkReferences", "accessed", "hit"] as const) {
      const call = own[hook] as ((folio: Folio, ...rest: unknown[]) => unknown) | undefined;
      if (call === undefined) continue;
      const wrapped = (folio: Folio, ...rest: unknown[]): unknown =>
        this.run(hook, folio, () => {
          const answer = call.call(own, folio, ...rest);
          if (hook === "checkReferences" && !isVerdict(answer)) this.fail(wrongVerdict(answer));
          return answer;
        });
      Object.assign(guarded, { [hook]: wrapped });
    }
    if (own.inspect !== undefined) guarded.inspect = () => own.inspect!();
    return guarded;
  }

  /** True if the folio is on the policy's lists, as far as the core is concerned. */
  holds(folio: Folio): boolean {
    return this.book[folio] === HELD;
  }

  /** The policy's folios. */
  held(): Folio[] {
    return [...this.book.keys()].filter((folio) => this.book[folio] === HELD);
  }

  /** These, and the one that is being placed. */
  known(): Folio[] {
    return [...this.book.keys()].filter((folio) => this.book[folio] !== NOT_HELD);
  }

  /** The folio is the core's now. */
  release(folio: Folio): void {
    if (this.book[folio] === HELD) this.nrHeld--;
    this.book[folio] = NOT_HELD;
    this.out.delete(folio);
  }

  /** From now on the policy can reach nothing. */
  end(): void {
    this.over = true;
    this.out.clear();
  }

  /** The hook asks for something. */
  spend(): void {
    if (this.over) this.fail("was ejected while it ran");
    if (--this.fuel < 0) this.fail(`made ${this.allowance()} calls and did not come back: it loops for ever`);
  }

  /** The hook handles a folio: it must be one of its own. */
  handle(folio: Folio, what: string): void {
    this.spend();
    if (this.folio === NIL || this.hook === "isolate" || this.hook === "budget") this.folio = folio;
    if (!(Number.isInteger(folio) && folio >= 0 && folio < this.book.length)) {
      this.fail(`${what} ${String(folio)}, which is no folio`);
    }
    if (this.book[folio] !== NOT_HELD) return;
    const why = this.pageOf(folio) < 0 ? "is not resident" : "is not on its lists, or no longer";
    this.fail(`${what} folio ${folio}, which ${why}`, folio);
  }

  /** The hook has unlisted a folio of its own, or listed it again. */
  unlisted(folio: Folio, gone: boolean): void {
    if (gone && this.book[folio] === HELD) this.out.add(folio);
    else this.out.delete(folio);
  }

  fail(reason: string, folio: Folio = this.folio): never {
    throw new PolicyFault(this.describe(reason, folio));
  }

  /** A fault of the running hook. */
  describe(reason: string, folio: Folio = this.folio): Fault {
    const page = folio < 0 ? this.page : this.pageOf(folio);
    return {
      policy: this.policy,
      hook: this.hook,
      folio: folio < 0 ? null : folio,
      page: !(page >= 0) ? null : page,
      reason,
    };
  }

  private allowance(): number {
    return FUEL_BASE + FUEL_PER_FOLIO * this.nrHeld;
  }

  /** Run one hook. What it throws becomes a fault that names it. Hooks run inside one another: `isolate` drains, and folios are placed. */
  private run<T>(hook: Hook, folio: Folio, call: () => T, page: number = NIL): T {
    const { hook: outer, folio: outerFolio, page: outerPage, fuel } = this;
    Object.assign(this, { hook, folio, page, fuel: this.allowance() });
    this.depth++;
    try {
      this.begin();
      const result = call();
      if (this.depth === 1) this.settle();
      return result;
    } catch (error) {
      if (error instanceof PolicyFault) throw error;
      return this.fail(`threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`);
    } finally {
      this.depth--;
      Object.assign(this, { hook: outer, folio: outerFolio, page: outerPage, fuel });
    }
  }

  private begin(): void {
    const { note, stuckCall, stuckReason } = this.options;
    const call = ++this.count.calls;
    if (note !== undefined) {
      note[1] = HOOKS.indexOf(this.hook as Hook);
      note[2] = this.folio === NIL ? this.page : this.folio;
      Atomics.store(note, 0, call);
    }
    if (call === stuckCall) {
      throw new PolicyFault({ ...this.describe(stuckReason ?? "does not come back"), byClock: true });
    }
  }

  /** The outermost hook has come back: nothing may be missing. */
  private settle(): void {
    const [lost] = this.out;
    if (lost !== undefined) {
      this.out.clear();
      this.fail(`lost folio ${lost}: took it off its list and did not list it again`, lost);
    }
    if (++this.sinceRecount < Math.max(RECOUNT_EVERY, this.nrHeld)) return;
    this.sinceRecount = 0;
    this.recount();
  }

  /** Walk the lists: each folio of the policy stands on them once, and no other does. */
  recount(): void {
    const lists = this.lists!;
    const seen = new Uint8Array(this.book.length);
    let nr = 0;
    for (const folio of walk(lists, this.book.length)) {
      if (this.book[folio] !== HELD) {
        this.fail(`folio ${folio} stands on a list, but is not the policy's (recount)`, folio);
      }
      if (seen[folio]!++ > 0) this.fail(`folio ${folio} stands on a list twice (recount)`, folio);
      nr++;
    }
    if (nr === this.nrHeld) return;
    const lost = this.held().find((folio) => seen[folio] === 0)!;
    this.fail(`folio ${lost} is on no list any more (recount)`, lost);
  }
}

/** All folios of the lists, oldest first of each, at most one more than there can be. */
export function* walk(lists: FolioLists, most: number): Generator<Folio> {
  let steps = 0;
  for (let type = 0; type < (lists.mixed ? 1 : 2); type++) {
    for (let klass = 0; klass < lists.nrClasses; klass++) {
      for (let folio = lists.tail(type, klass); folio >= 0; folio = lists.newer(folio)) {
        if (steps++ > most) return;
        yield folio;
      }
    }
  }
}
