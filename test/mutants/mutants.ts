/** A planted bug: in `file`, the only occurrence of `find` becomes `replace`; then `killers` must fail. */
export interface Mutant {
  readonly what: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Test files of which at least one must fail. */
  readonly killers: readonly string[];
}

const LISTS = ["test/mm/class-lists.test.ts"];
const TINY = ["test/policies/tiny-traces.test.ts"];
const PLAIN = ["test/policies/plain-lru.test.ts"];

const mutant = (what: string, file: string, find: string, replace: string, killers: string[]): Mutant => ({
  what,
  file: `lib/${file}`,
  find,
  replace,
  killers,
});

export const MUTANTS: readonly Mutant[] = [
  mutant(
    "SIEVE's hand stays on a folio that is gone",
    "policies/sieve.ts",
    "if (hand === folio) hand = NIL;",
    "",
    ["test/reclaim/unmap-range.test.ts"],
  ),
  mutant(
    "SIEVE moves survivors to the front",
    "policies/sieve.ts",
    "queue.addBehind(folio, hand, 0)",
    "queue.add(folio, 0)",
    TINY,
  ),
  mutant("random's bag keeps a hole", "policies/random.ts", "at[last] = hole;", "", TINY),
  mutant(
    "settle counts a stray but leaves it",
    "mm/lists.ts",
    "const at = this.list(folio, home);\n    this.link(folio, at, this.folios.next[at]!);\n    this.stat.pgsorted",
    "const at = this.list(folio, klass);\n    this.link(folio, at, this.folios.next[at]!);\n    this.stat.pgsorted",
    LISTS,
  ),
  mutant(
    "assign forgets the size of the new class",
    "mm/lists.ts",
    "this.account(folio, klass, nr);\n    this.folios.klass",
    "this.folios.klass",
    LISTS,
  ),
  mutant(
    "setActive keeps the old gauge",
    "mm/lists.ts",
    "this.lruvec.account(type, value !== 1, -nr);",
    "",
    LISTS,
  ),
  mutant(
    "the stock leaks when it is drained",
    "mm/memcg.ts",
    "if (this.stock > 0) this.uncharge(this.stock);",
    "",
    ["test/mm/memory.test.ts"],
  ),
  mutant(
    "a charge does not put the rest into the stock",
    "reclaim/charge.ts",
    "memcg.stock += wanted - nr;",
    "",
    ["test/reclaim/charge.test.ts"],
  ),
  mutant(
    "one retry fewer before out of memory",
    "reclaim/charge.ts",
    "if (retries-- === 0)",
    "if (--retries === 0)",
    ["test/reclaim/charge.test.ts"],
  ),
  mutant(
    "the look-around window is off by one",
    "mechanisms/access/look-around.ts",
    "start = slot - half;",
    "start = slot - half + 1;",
    ["test/mechanisms/look-around.test.ts"],
  ),
  mutant(
    "an odd look-around window leaves the table",
    "mechanisms/access/look-around.ts",
    "end - slot < window - half",
    "end - slot < half",
    ["test/mechanisms/look-around.test.ts"],
  ),
  mutant(
    "look-around does not count the victim's own PTE",
    "mechanisms/access/look-around.ts",
    "let young = 1;",
    "let young = 0;",
    ["test/mechanisms/look-around.test.ts"],
  ),
  mutant(
    "the next filter is not emptied",
    "mechanisms/access/table-filter.ts",
    "beginWalk: () => sets[(current ^ 1) as 0 | 1].clear(),",
    "beginWalk() {},",
    ["test/mechanisms/bloom-filter.test.ts"],
  ),
  mutant("the filters do not flip", "mechanisms/access/table-filter.ts", "current ^= 1;", "", [
    "test/mechanisms/bloom-filter.test.ts",
  ]),
  mutant(
    "Bloom tests one bit of two",
    "mechanisms/access/bloom-filter.ts",
    "bit(keys[2 * table]!) && bit(keys[2 * table + 1]!)",
    "bit(keys[2 * table]!)",
    ["test/mechanisms/bloom-filter.test.ts"],
  ),
  mutant(
    "the non-leaf bit is not cleared",
    "mechanisms/access/page-table-walk.ts",
    "pteWords[w] = word & ~TOUCHED_IN_ANY;",
    "pteWords[w] = word;",
    ["test/mechanisms/page-table-walk.test.ts"],
  ),
  mutant(
    "the first walk is not forced",
    "mechanisms/access/page-table-walk.ts",
    "let forced = true;",
    "let forced = false;",
    ["test/mechanisms/page-table-walk.test.ts"],
  ),
  mutant(
    "a walk leaves the accessed bit set",
    "mechanisms/access/page-table-walk.ts",
    "pte[slot] = entry & ~PTE_YOUNG;",
    "",
    ["test/mechanisms/page-table-walk.test.ts"],
  ),
  mutant(
    "the controller's gains are swapped",
    "mechanisms/tiers.ts",
    "this.highestEvictable(type, 2, type, 1)",
    "this.highestEvictable(type, 1, type, 2)",
    ["test/mechanisms/tiers.test.ts"],
  ),
  mutant(
    "a protected folio keeps its count",
    "mechanisms/tiers.ts",
    "folios.flags[folio]! &= ~(LRU_REFS_MASK | PG_REFERENCED | PG_WORKINGSET);",
    "",
    ["test/mechanisms/tiers.test.ts"],
  ),
  mutant(
    "history does not fade",
    "mechanisms/tiers.ts",
    "(this.avgRefaulted[i]! + this.refaulted[i]!) / 2",
    "this.avgRefaulted[i]! + this.refaulted[i]!",
    ["test/mechanisms/tiers.test.ts"],
  ),
  mutant(
    "the refault distance is off by one",
    "mechanisms/workingset/refault-distance.ts",
    "if (distance > size) return;",
    "if (distance >= size) return;",
    [...PLAIN, "test/mechanisms/workingset.test.ts"],
  ),
  mutant(
    "an eviction does not age the lruvec",
    "mechanisms/workingset/refault-distance.ts",
    "lruvec.nonresidentAge += folios.nrPages[folio]!;",
    "",
    [...PLAIN, "test/mechanisms/workingset.test.ts"],
  ),
  mutant(
    "unmap forgets the dirty bit",
    "mechanisms/pageout/unmap.ts",
    "if ((entry & PTE_DIRTY) !== 0) folios.flags[folio]! |= PG_DIRTY;",
    "",
    ["test/mechanisms/pageout.test.ts"],
  ),
  mutant("a swap-in keeps its slot", "mechanisms/pageout/swap-out.ts", "swap.release();", "", [
    "test/mechanisms/pageout.test.ts",
  ]),
  mutant("written pages are written again", "mechanisms/pageout/writeback.ts", "queue.length = 0;", "", [
    "test/mechanisms/pageout.test.ts",
  ]),
  mutant(
    "the activate batch drains twice",
    "reclaim/lru-batches.ts",
    "this.nrActivates = 0;\n    for",
    "for",
    ["test/reclaim/lru-batches.test.ts"],
  ),
  mutant(
    "the add batch forgets to forget",
    "reclaim/lru-batches.ts",
    "this.nrAdds = without(this.adds, this.nrAdds, folio);",
    "",
    ["test/reclaim/unmap-range.test.ts"],
  ),
  mutant(
    "targets are not cut in proportion",
    "mechanisms/balance/scan-targets.ts",
    "left[list] = wanted - Math.min(wanted, scanned);",
    "",
    ["test/mechanisms/scan-targets.test.ts"],
  ),
  mutant(
    "priority 0 asks for weights",
    "mechanisms/balance/scan-targets.ts",
    "else if (equal) this.left[list] = scan;",
    "",
    ["test/mechanisms/scan-targets.test.ts", ...PLAIN],
  ),
  mutant(
    "costs are never halved",
    "mechanisms/balance/cost-balance.ts",
    "cost[ANON] = Math.floor(cost[ANON]! / 2);",
    "",
    ["test/mechanisms/balance.test.ts"],
  ),
  mutant(
    "the second read leaves REFERENCED",
    "mechanisms/access/fd-access.ts",
    "flags[folio]! &= ~PG_REFERENCED;",
    "",
    ["test/mechanisms/fd-access.test.ts"],
  ),
  mutant(
    "the reference check does not clear what it saw",
    "mechanisms/access/references.ts",
    "memory.pte[slot] = pte & ~PTE_YOUNG;",
    "",
    ["test/mechanisms/references.test.ts"],
  ),
  mutant("munmap keeps the swap slot", "reclaim/unmap-range.ts", "core.swap.release();", "", [
    "test/reclaim/unmap-range.test.ts",
  ]),
  mutant(
    "munmap forgets that a file page was written",
    "reclaim/unmap-range.ts",
    "if (!anon && (pte & PTE_DIRTY) !== 0)",
    "if (anon && (pte & PTE_DIRTY) !== 0)",
    ["test/reclaim/unmap-range.test.ts"],
  ),
  mutant(
    "refaults are not forgotten after a run",
    "reclaim/try-to-free-pages.ts",
    "lruvec.snapshotRefaults();",
    "{}",
    PLAIN,
  ),
  mutant(
    "a kept active folio does not age the lruvec",
    "reclaim/shrink-folio-list.ts",
    "lruvec.nonresidentAge += folios.nrPages[folio]!;",
    "{}",
    [...PLAIN, ...TINY],
  ),
  mutant(
    "lru: a page seen twice is only kept",
    "policies/lru.ts",
    "return referenced || vmas > 1",
    "return vmas > 1",
    [...PLAIN, ...TINY],
  ),
  mutant(
    "mglru: a read page enters the oldest generation",
    "policies/mglru.ts",
    "? oldest : oldest + 1;",
    "? oldest : oldest;",
    [...TINY, "test/kernel.test.ts"],
  ),
  mutant("mglru: file runs behind anon", "mechanisms/generations.ts", "anon = Math.min(anon, file);", "", [
    "test/kernel.test.ts",
  ]),
  mutant(
    "replay forgets a store on a hit",
    "sim/replay.ts",
    "entry | HIT | ((record >>> 31) * PTE_DIRTY)",
    "entry | HIT",
    ["test/sim/replay.test.ts", "test/reclaim/unmap-range.test.ts"],
  ),
];
