/*
 * Counters of each memcg beside the machine's. What moves while a memcg has its turn (it faults, it is reclaimed) is
 * its own, so the parts always add up to the whole, and nothing that counts need know of memcgs.
 *
 *   fault of A   | reclaim of B, for A's fault | rest of A's fault        turns: A, B, A
 *
 * A batch that drains in A's turn and holds folios of B gives B a turn for each.
 */
import type { Memcg } from "./memcg.js";
import { COUNTERS, type Vmstat } from "./vmstat.js";

export class Ledger {
  private readonly last: Float64Array = new Float64Array(COUNTERS.length);
  private readonly own: ReadonlyMap<Memcg, Float64Array>;
  /** Whose turn it is. */
  owner: Memcg;

  constructor(
    private readonly stat: Vmstat,
    memcgs: readonly Memcg[],
  ) {
    this.own = new Map(memcgs.map((memcg) => [memcg, new Float64Array(COUNTERS.length)]));
    this.owner = memcgs[0]!;
  }

  /** From now on it is the turn of `memcg`. Returns whose it was. */
  turn(memcg: Memcg): Memcg {
    const before = this.owner;
    if (memcg === before) return before;
    this.settle();
    this.owner = memcg;
    return before;
  }

  /** Counters of a memcg and all below it, by name, as in its memory.stat. */
  of(memcg: Memcg): Record<string, number> {
    this.settle();
    const sums = memcg.subtree().map((one) => this.own.get(one)!);
    return Object.fromEntries(
      COUNTERS.map((name, i) => [name, sums.reduce((total, counts) => total + counts[i]!, 0)]),
    );
  }

  private settle(): void {
    const { last, stat } = this;
    const counts = this.own.get(this.owner)!;
    for (let i = 0; i < COUNTERS.length; i++) {
      const now = stat[COUNTERS[i]!];
      counts[i]! += now - last[i]!;
      last[i] = now;
    }
  }
}
