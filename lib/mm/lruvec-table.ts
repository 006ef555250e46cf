import { Lruvec } from "./lruvec.js";
import type { Memcg } from "./memcg.js";

/** The lruvecs of a machine: one for each memcg on each node. */
export class LruvecTable {
  /** By id: memcgs parents first, and for each the nodes. */
  readonly all: Lruvec[] = [];
  private readonly below: Lruvec[][][];

  constructor(
    root: Memcg,
    private readonly nrNodes: number,
  ) {
    const memcgs = root.subtree();
    for (const [i, memcg] of memcgs.entries()) {
      memcg.index = i;
      for (let node = 0; node < nrNodes; node++) {
        const parent = memcg === root ? null : this.at(memcg.parent!, node);
        this.all.push(new Lruvec(this.all.length, memcg, node, parent));
      }
    }
    this.below = memcgs.map((memcg) => {
      const inside = new Set(memcg.subtree());
      return Array.from({ length: nrNodes }, (_, node) =>
        this.all.filter((lruvec) => lruvec.node === node && inside.has(lruvec.memcg)),
      );
    });
  }

  at(memcg: Memcg, node: number): Lruvec {
    return this.all[memcg.index * this.nrNodes + node]!;
  }

  /** Those of a memcg and all below it on a node, parents first. */
  under(memcg: Memcg, node: number): readonly Lruvec[] {
    return this.below[memcg.index]![node]!;
  }
}
