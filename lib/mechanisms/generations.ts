/*
 * Generations: a ring of classes whose age is a sequence number.
 *
 *   seq    min_seq          min_seq+1                    max_seq
 *   class  [ oldest ] ----> [        ] ----> ... ----> [ youngest ]        class = seq mod ring
 *             | evicted, or one up                          ^ faulted, found young
 *
 * To age is to start a new youngest generation: nothing moves, everything else has become one older. The two
 * types share max_seq; each retires its own oldest generations as they run empty. The ring has `gens` places:
 * when a type fills it, its oldest generation must be emptied into the next before a new one can start.
 *
 * Source: include/linux/mmzone.h, struct lru_gen_folio; mm/vmscan.c, inc_max_seq(), inc_min_seq(),
 * try_to_inc_min_seq(), folio_inc_gen(), should_run_aging(), 6.12 (aging "spread") and 7.3 ("count").
 */
import {
  ANON,
  FILE,
  type Folio,
  type Folios,
  LRU_REFS_MASK,
  type MemType,
  NIL,
  PG_READ_TWICE,
  PG_REFERENCED,
} from "../mm/folio.js";
import type { FolioLists } from "../mm/lists.js";
import type { GenerationClock } from "../mm/lruvec.js";
import type { Tiers } from "./tiers.js";

/** What is remembered of accesses on a folio; forgotten when it changes generation. */
export const LRU_REFS_FLAGS: number = LRU_REFS_MASK | PG_REFERENCED | PG_READ_TWICE;

const BOTH: readonly MemType[] = [ANON, FILE];
const ONLY_FILE: readonly MemType[] = [FILE];

export class Generations {
  /** Pages in all generations of the evictable types, as `needAging` last counted them. */
  total = 0;

  /** @param minGens - Youngest generations that are never evicted. The clock starts with a full ring. */
  constructor(
    readonly lists: FolioLists,
    private readonly folios: Folios,
    private readonly clock: GenerationClock,
    private readonly tiers: Tiers,
    private readonly minGens: number,
    private readonly aging: "spread" | "count" = "spread",
  ) {
    clock.maxSeq = lists.nrClasses - 1;
    this.setActive();
  }

  /** Class of the youngest generation. */
  get youngest(): number {
    return this.of(this.clock.maxSeq);
  }

  /** Class of a type's oldest generation. */
  oldest(type: MemType): number {
    return this.of(this.clock.minSeq[type]!);
  }

  /** Class of a generation. */
  of(seq: number): number {
    return seq % this.lists.nrClasses;
  }

  /** False while a type has only the generations that are never evicted. */
  isEvictable(type: MemType): boolean {
    return this.clock.nrGens(type) > this.minGens;
  }

  /** Move a folio of its type's oldest generation one up; one that was promoted goes where it belongs. */
  growOlder(folio: Folio, tail = true): void {
    const { folios, lists, clock } = this;
    const type = folios.type(folio);
    const klass = folios.klass[folio]!;
    if (klass !== this.oldest(type)) {
      lists.move(folio, klass, tail);
      return;
    }
    folios.flags[folio]! &= ~LRU_REFS_FLAGS;
    lists.move(folio, this.of(clock.minSeq[type]! + 1), tail);
  }

  /** Start a new youngest generation. */
  advance(canSwap: boolean): void {
    for (const type of BOTH) {
      if (this.clock.nrGens(type) < this.lists.nrClasses) continue;
      const gen = this.oldest(type);
      const evictable = type === FILE || canSwap;
      for (let folio = this.tailIf(evictable, type, gen); folio !== NIL; folio = this.lists.tail(type, gen)) {
        if (this.aging === "count") this.tiers.noteOlder(folio);
        this.growOlder(folio);
      }
      this.retire(type, 1);
    }
    this.clock.advance();
    this.setActive();
  }

  /** Retire oldest generations that have run empty; with swap the two types keep in step, as far as
   * their lists allow: anon does not run ahead of file, nor file of anon. True if any was retired. */
  catchUp(canSwap: boolean): boolean {
    const { lists, minGens } = this;
    const { minSeq, maxSeq } = this.clock;
    let [anon, file] = [minSeq[ANON]!, minSeq[FILE]!];
    if (canSwap) while (anon + minGens <= maxSeq && lists.isEmpty(ANON, this.of(anon))) anon++;
    while (file + minGens <= maxSeq && lists.isEmpty(FILE, this.of(file))) file++;
    if (canSwap && this.aging === "spread") {
      anon = Math.min(anon, file);
      file = Math.max(anon, minSeq[FILE]!);
    } else if (canSwap && (anon > minSeq[ANON]! || file > minSeq[FILE]!)) {
      const seq = maxSeq - minGens; // neither runs two ahead of the other
      if (anon > seq && file < seq) anon = seq;
      else if (file > seq && anon < seq) file = seq;
    }
    const [anonSteps, fileSteps] = [canSwap ? anon - minSeq[ANON]! : 0, file - minSeq[FILE]!];
    if (anonSteps > 0) this.retire(ANON, anonSteps);
    if (fileSteps > 0) this.retire(FILE, fileSteps);
    return anonSteps + fileSteps > 0;
  }

  /**
   * True if there is too little to evict, or too much in the youngest generation: at the least number of
   * generations with which eviction can work, when the youngest holds over 1/minGens of all or the one about to
   * be evicted next under 1/(minGens + 2). Counts `total` on the way.
   * @param countStuck - Also when there is nothing to evict (6.1); otherwise `total` is 0 then.
   */
  needAging(canSwap: boolean, countStuck = false): boolean {
    const { clock, lists, minGens } = this;
    const first = clock.minSeq[canSwap ? ANON : FILE]!;
    this.total = 0;
    if (this.aging === "count") return this.isShort(canSwap);
    if (first + minGens > clock.maxSeq && !countStuck) return true;
    let young = 0;
    let old = 0;
    for (const type of canSwap ? BOTH : ONLY_FILE) {
      for (let seq = clock.minSeq[type]!; seq <= clock.maxSeq; seq++) {
        const size = lists.size(type, this.of(seq));
        this.total += size;
        if (seq === clock.maxSeq) young += size;
        else if (seq + minGens === clock.maxSeq) old += size;
      }
    }
    if (first + minGens > clock.maxSeq) return true;
    if (first + minGens < clock.maxSeq) return false;
    return young * minGens > this.total || old * (minGens + 2) < this.total;
  }

  /** With aging by count: one generation above those that are never evicted is too few; counts `total`, too. */
  private isShort(canSwap: boolean): boolean {
    const { clock, lists, minGens } = this;
    let first = clock.minSeq[FILE]!;
    if (canSwap) first = Math.min(first, clock.minSeq[ANON]!);
    for (const type of canSwap ? BOTH : ONLY_FILE) {
      for (let gen = 0; gen < lists.nrClasses; gen++) this.total += lists.size(type, gen);
    }
    return first + minGens >= clock.maxSeq;
  }

  /** Nothing can be evicted of any type before a new generation has started. */
  isStuck(canSwap: boolean): boolean {
    const anonStuck = !canSwap || !this.isEvictable(ANON);
    return anonStuck && !this.isEvictable(FILE);
  }

  private tailIf(wanted: boolean, type: MemType, gen: number): Folio {
    return wanted ? this.lists.tail(type, gen) : NIL;
  }

  private retire(type: MemType, steps: number): void {
    this.clock.minSeq[type]! += steps;
    this.tiers.carryOver(type);
  }

  /** The two youngest generations count as active in memory.stat; with two in all, the youngest. */
  private setActive(): void {
    const { nrClasses } = this.lists;
    this.lists.newest = this.youngest;
    for (let gen = 0; gen < nrClasses; gen++) {
      const second = nrClasses > 2 && gen === this.of(this.clock.maxSeq - 1);
      this.lists.setActive(gen, gen === this.youngest || second);
    }
  }
}
