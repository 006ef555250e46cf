/*
 * Per-CPU batches: list changes wait until there are enough of them to be worth the lock.
 *
 *   fault -> [lru_add batch] --full, or a drain--> policy.place "new"
 *   second read -> [activate batch] --------------> unlisted, PG_ACTIVE, policy.place "activated"
 *
 * What a folio is worth is decided when the batch drains, from the flags that it has then: an access in
 * between counts. Folios in the add batch are on no list and cannot be reclaimed.
 *
 * Source: mm/swap.c, folio_add_lru(), folio_activate(), lru_add_drain_cpu(), __lru_cache_activate_folio(),
 * 6.12. Differs: one CPU; a folio in the activate batch stays on its list until the drain.
 */
import { type Folio, PG_ACTIVE, PG_LRU } from "../mm/folio.js";
import type { Core } from "./core.js";

export class LruBatches {
  private readonly adds: Int32Array;
  private nrAdds = 0;
  /** Places in the add batch that folios of other memcgs hold until it drains: a CPU's batches are shared by all. */
  private nrForeign = 0;
  private readonly activates: Int32Array;
  private nrActivates = 0;

  constructor(
    private readonly core: Core,
    size: number,
  ) {
    this.adds = new Int32Array(size);
    this.activates = new Int32Array(size);
  }

  /** Folios that are on no list because they wait in the add batch. */
  get nrPending(): number {
    return this.nrAdds;
  }

  /** A new folio is on its way to the lists. */
  add(folio: Folio): void {
    this.adds[this.nrAdds++] = folio;
    if (this.nrAdds + this.nrForeign >= this.adds.length) this.drainAdds();
  }

  /** Folios that this memcg's lists will never hold pass through the add batch. */
  addForeign(nr: number): void {
    this.nrForeign = (this.nrForeign + nr) % this.adds.length;
  }

  /** A listed folio proved active. One that still waits in the add batch is marked there. */
  activate(folio: Folio): void {
    const { flags } = this.core.folios;
    if ((flags[folio]! & PG_LRU) === 0) {
      if (indexIn(this.adds, this.nrAdds, folio) >= 0) flags[folio]! |= PG_ACTIVE;
      return;
    }
    if (indexIn(this.activates, this.nrActivates, folio) >= 0) return;
    this.activates[this.nrActivates++] = folio;
    if (this.nrActivates === this.activates.length) this.drainActivates();
  }

  /** True while the activate batch holds a reference to the folio. */
  holds(folio: Folio): boolean {
    return indexIn(this.activates, this.nrActivates, folio) >= 0;
  }

  /** Empty both batches, in the kernel's order. */
  drain(): void {
    if (this.nrAdds > 0) this.drainAdds();
    if (this.nrActivates > 0) this.drainActivates();
  }

  /** The folio is being freed: take it out. */
  forget(folio: Folio): void {
    this.nrAdds = without(this.adds, this.nrAdds, folio);
    this.nrActivates = without(this.activates, this.nrActivates, folio);
  }

  private drainAdds(): void {
    const { core } = this;
    core.stat.lru_lock++;
    const nr = this.nrAdds;
    this.nrAdds = 0;
    this.nrForeign = 0;
    const turn = core.ledger?.owner;
    for (let i = 0; i < nr; i++) {
      const folio = this.adds[i]!;
      core.ledger?.turn(core.lruvecOf(folio).memcg);
      core.mechanismsOf(folio).firstUse.placing(folio);
      core.opsOf(folio).place(folio, "new");
      if ((core.folios.flags[folio]! & PG_LRU) === 0) lost(folio, "new");
    }
    if (turn !== undefined) core.ledger!.turn(turn);
  }

  private drainActivates(): void {
    const { core } = this;
    const { flags, nrPages } = core.folios;
    core.stat.lru_lock++;
    const nr = this.nrActivates;
    this.nrActivates = 0;
    const turn = core.ledger?.owner;
    for (let i = 0; i < nr; i++) {
      const folio = this.activates[i]!;
      core.ledger?.turn(core.lruvecOf(folio).memcg);
      if ((flags[folio]! & (PG_LRU | PG_ACTIVE)) !== PG_LRU) continue; // isolated or activated meanwhile
      core.listsOf(folio).remove(folio);
      core.opsOf(folio).removed(folio);
      flags[folio]! |= PG_ACTIVE;
      core.stat.pgactivate += nrPages[folio]!;
      core.opsOf(folio).place(folio, "activated");
      if ((flags[folio]! & PG_LRU) === 0) lost(folio, "activated");
    }
    if (turn !== undefined) core.ledger!.turn(turn);
  }
}

/** A policy broke its contract. */
export function lost(folio: Folio, why: string): never {
  throw new Error(
    `place(folio ${folio}, "${why}") left the folio on no list; a policy must list what it is given`,
  );
}

function indexIn(batch: Int32Array, nr: number, folio: Folio): number {
  for (let i = nr - 1; i >= 0; i--) if (batch[i] === folio) return i;
  return -1;
}

function without(batch: Int32Array, nr: number, folio: Folio): number {
  const at = indexIn(batch, nr, folio);
  if (at < 0) return nr;
  batch.copyWithin(at, at + 1, nr);
  return nr - 1;
}
