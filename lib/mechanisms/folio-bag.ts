/*
 * A bag of folios to draw from: membership, and members in no order, so that any of them is as likely as the others.
 *
 *   members  [ f ] [ a ] [ k ] [ c ]     remove a: the last takes its place     [ f ] [ c ] [ k ]
 *
 * Sampling asks no order of anybody: a policy that ranks by a formula looks at a few draws and loses the worst.
 *
 * Source: swapping with the last, as everywhere; sampled eviction: Psounis and Prabhakar, A randomized Web-cache replacement
 * scheme, INFOCOM 2001.
 */
import { type Folio, NIL } from "../mm/folio.js";
import type { Random } from "../util/random.js";

export class FolioBag {
  /** Folios in the bag. */
  nr = 0;
  private readonly members: Int32Array;
  /** Where each member is, or NIL. Shape: Int32Array[nrFolios]. */
  private readonly at: Int32Array;

  constructor(nrFolios: number) {
    this.members = new Int32Array(nrFolios);
    this.at = new Int32Array(nrFolios).fill(NIL);
  }

  has(folio: Folio): boolean {
    return this.at[folio]! >= 0;
  }

  /** Put a folio in. It must not be in. */
  add(folio: Folio): void {
    this.members[this.nr] = folio;
    this.at[folio] = this.nr++;
  }

  /** Take a folio out, if it is in. */
  remove(folio: Folio): void {
    const hole = this.at[folio]!;
    if (hole < 0) return;
    const last = this.members[--this.nr]!;
    this.members[hole] = last;
    this.at[last] = hole;
    this.at[folio] = NIL;
  }

  /** Any of them; it stays in. One draw. The bag must not be empty. */
  draw(random: Random): Folio {
    return this.members[random.int(this.nr)]!;
  }
}
