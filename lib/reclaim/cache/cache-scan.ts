import { DEF_PRIORITY } from "../../mm/batch.js";
import { type Folio, NIL } from "../../mm/folio.js";
import type { FolioLists } from "../../mm/lists.js";
import type { ScanControl } from "../scan-control.js";

/** The reclaim run of a cache: one victim is wanted, so a batch holds one candidate. */
export class CacheScan implements ScanControl {
  priority: number = DEF_PRIORITY;
  nrToReclaim = 1;
  nrReclaimed = 0;
  nrReclaimedHere = 0;
  swappiness = 60;
  readonly global = false;
  readonly kswapd = false;
  forceDeactivate = false;
  skippedDeactivate = false;
  walkContext = false;
  nrBatches = 0;
  readonly batch: Int32Array = new Int32Array(1);
  nrLooked = 0;
  isolated = false;
  readonly busy = false;
  stopped = false;
  nrSinceWalk = 0;

  /** The candidate of this batch, or NIL. */
  victim: Folio = NIL;
  /** Objects passed over so far: `pgrefill`. */
  nrPassed = 0;
  /** Calls of `more` since the core last set it to 0. */
  nrAsked = 0;
  /** @param nrAllowed - Looks that one batch may take. */
  constructor(private nrAllowed: number) {}

  get nrTaken(): number {
    return this.victim < 0 ? 0 : 1;
  }

  beginPass(): void {
    this.nrBatches = 0;
    this.stopped = false;
  }

  beginBatch(budgetLeft: number): void {
    this.victim = NIL;
    this.nrLooked = 0;
    this.nrAllowed = budgetLeft;
  }

  sizeBatch(_max: number, looks: number): void {
    this.nrAllowed = looks;
  }

  more(): boolean {
    return this.victim < 0 && this.nrLooked < this.nrAllowed;
  }

  take(folio: Folio, lists: FolioLists): boolean {
    lists.remove(folio);
    this.victim = folio;
    this.nrLooked++;
    return true;
  }

  passOver(_folio: Folio): void {
    this.nrLooked++;
    this.nrPassed++;
  }

  look(nr: number): void {
    this.nrLooked += nr;
  }

  isDone(): boolean {
    return false;
  }

  isFileTiny(): boolean {
    return false;
  }

  stop(): void {
    this.stopped = true;
  }
}
