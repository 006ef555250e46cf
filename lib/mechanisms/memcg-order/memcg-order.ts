import type { Lruvec } from "../../mm/lruvec.js";

/** What is to become of a memcg in an order that has places: it keeps its own; it goes last of its turn; of the next turn. */
export type MemcgMove = "stay" | "tail" | "young";

/** One round of reclaim over a node. */
export interface Round {
  /** The lruvecs of the target and all below it on the node, parents first. The first is the target's. */
  readonly lruvecs: readonly Lruvec[];
  /** All of memory is short, not a memcg over its limit. */
  readonly global: boolean;
  /** Who reclaims must not stop half-way: kswapd, and a last try. */
  readonly whole: boolean;
  /** Reclaim from it. @param again - It has been put last of this turn before. */
  visit(lruvec: Lruvec, again: boolean): MemcgMove;
  /** The run has what it wants. */
  enough(): boolean;
}

/** The slot for which memcgs reclaim meets, and in which order. */
export interface MemcgOrder {
  /** Memcgs have places of their own when all of memory is short. */
  readonly ranks: boolean;
  /** A round may stop before it has met all. */
  readonly stops: boolean;
  run(round: Round): void;
}
