/*
 * Lists and runs that count what a hook asks, so that a loop that asks for ever ends. They cost a cache up to a tenth of its
 * speed, so they stand in only where nobody else watches (`Supervision.watched`).
 */
import type { Folio } from "../../mm/folio.js";
import { MOST_TAILS, runaway } from "../../mm/lists.js";
import { PlainList, PlainLists } from "../../mm/plain-lists.js";
import { CacheScan } from "./cache-scan.js";

export class CountedList extends PlainList {
  override tail(type: number, klass: number): Folio {
    if (++this.nrTails > MOST_TAILS) runaway();
    return super.tail(type, klass);
  }
}

export class CountedLists extends PlainLists {
  override tail(type: number, klass: number): Folio {
    if (++this.nrTails > MOST_TAILS) runaway();
    return super.tail(type, klass);
  }
}

export class CountedScan extends CacheScan {
  override more(): boolean {
    if (++this.nrAsked > MOST_TAILS) runaway();
    return super.more();
  }
}
