import type { Folio } from "../../mm/folio.js";

/** The slot for what is remembered of evicted pages, and what a refault means. */
export interface Workingset {
  /** `folio` is being evicted. Returns its shadow: 30 bits, not all of them 1. */
  evict(folio: Folio): number;
  /**
   * A page came back. Sets flags on the new folio (ACTIVE: place it high; WORKINGSET) before it is listed, and
   * counts workingset_refault, _activate and _restore.
   * @param inFault - Brought in by a page fault, not by a read.
   */
  refault(folio: Folio, shadow: number, inFault: boolean): void;
}
