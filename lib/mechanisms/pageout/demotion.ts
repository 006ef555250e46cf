/*
 * Demotion: a page that is too cold for fast memory is still worth slow memory.
 *
 *   node 0 (fast)  tail: [cold] --not used--> node 1 (slow), on its lists, mapped as before: no fault brings it back
 *                                   `- no room there: reclaimed as without demotion
 *   node 1 (slow)  tail: [cold] --not used--> swap, or dropped
 *
 * Nodes are tiers in their order: each demotes to the next. The page keeps what is known of it, but for being active, and
 * leaves no shadow. With it anonymous memory of a fast node can be reclaimed without swap. Nothing is promoted.
 *
 * Source: mm/vmscan.c, demote_folio_list(), can_demote(), alloc_demote_folio(); mm/memory-tiers.c, next_demotion_node(),
 * 6.12. Differs: pages move one by one, where the kernel moves what a batch has collected.
 */
import type { Folio } from "../../mm/folio.js";
import type { Host } from "../host.js";

/** The slot for where cold pages go before they go out of memory. */
export interface Demotion {
  /** True if pages of the node can move to a slower one. */
  canDemote(node: number): boolean;
  /** Move an isolated folio to a slower node. False: it cannot, or there is no room. */
  demote(folio: Folio): boolean;
}

/**
 * @param nrNodes - Nodes, fastest first.
 * @param migrate - Move a folio to a node, if that has a frame to give without reclaim.
 */
export function demoteToNext(
  host: Host,
  nrNodes: number,
  migrate: (folio: Folio, node: number) => boolean,
): Demotion {
  const canDemote = (node: number): boolean => node + 1 < nrNodes;
  return {
    canDemote,
    demote(folio) {
      const { node } = host.lruvecOf(folio);
      return canDemote(node) && !host.isReferenced(folio) && migrate(folio, node + 1);
    },
  };
}

/** Off: what is cold goes out of memory. */
export const NO_DEMOTION: Demotion = { canDemote: () => false, demote: () => false };
