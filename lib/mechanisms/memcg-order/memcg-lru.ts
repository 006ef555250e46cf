/*
 * The memcg LRU: memcgs themselves in generations, so that reclaim finds one worth the trouble without meeting all.
 *
 *                bin 0   1   2   3   4   5   6   7
 *   old    seq   [A B]  [ ] [C] ...                    from a random bin on, head first, until there is enough
 *   young  seq+1 [   ]  [D] [ ] ...                    who has been aged, or has too little left, waits here
 *
 * A memcg that is met and is too small, or protected by memory.low, goes to the tail of its generation once and to the
 * young one the second time. When the old generation is empty, seq moves on. Only a shortage of all memory is served in
 * this order; a memcg over its limit walks the tree below it.
 *
 * Differs from the kernel: memcgs neither come nor go.
 * Source: include/linux/mmzone.h, struct lru_gen_memcg; mm/vmscan.c, lru_gen_rotate_memcg(), shrink_many(), 6.12.
 */
import type { Lruvec } from "../../mm/lruvec.js";
import type { Random } from "../../util/random.js";
import type { MemcgOrder, Round } from "./memcg-order.js";
import { partialWalk } from "./tree-walk.js";

/** MEMCG_NR_BINS. */
const BINS = 8;

/** The order of one node. */
class NodeOrder {
  private seq = 0;
  /** Memcgs by generation (of two) and bin, head first. */
  private readonly bins: Lruvec[][][] = [0, 1].map(() => Array.from({ length: BINS }, () => []));
  private readonly generation = new Map<Lruvec, number>();
  /** Those at the tail of their generation. */
  private readonly last = new Set<Lruvec>();

  constructor(
    lruvecs: readonly Lruvec[],
    private readonly random: Random,
  ) {
    for (const lruvec of lruvecs) this.put(lruvec, this.seq);
  }

  run(round: Round): void {
    const first = this.random.int(BINS);
    const generation = this.seq;
    for (let i = 0; i < BINS; i++) {
      const bin = this.bins[generation % 2]![(first + i) % BINS]!;
      // Bound: each memcg is met at most twice, the second time it leaves the generation.
      for (let at = 0; at < bin.length; ) {
        const lruvec = bin[at]!;
        const move = round.visit(lruvec, this.last.has(lruvec));
        const enough = round.enough();
        if (move === "stay") at++;
        else {
          bin.splice(at, 1);
          this.last.delete(lruvec);
          if (move === "tail") this.last.add(lruvec);
          this.put(lruvec, move === "tail" ? generation : generation + 1);
          this.moveOn();
        }
        if (enough || this.seq !== generation) return;
      }
    }
  }

  private put(lruvec: Lruvec, generation: number): void {
    this.generation.set(lruvec, generation);
    this.bins[generation % 2]![this.random.int(BINS)]!.push(lruvec);
  }

  /** The young generation is the old one as soon as that is empty. */
  private moveOn(): void {
    for (const generation of this.generation.values()) if (generation === this.seq) return;
    this.seq++;
  }
}

export function memcgLru(random: Random): MemcgOrder {
  const nodes = new Map<number, NodeOrder>();
  const limits = partialWalk();
  return {
    ranks: true,
    stops: true,
    run(round) {
      if (!round.global) return limits.run(round);
      const { node } = round.lruvecs[0]!;
      let order = nodes.get(node);
      if (order === undefined) nodes.set(node, (order = new NodeOrder(round.lruvecs, random)));
      order.run(round);
    },
  };
}
