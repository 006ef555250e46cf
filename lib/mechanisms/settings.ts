/** What is in each slot of a machine. Plain data: the ablation switches, one name for each SEMANTICS axis. */
export interface Settings {
  /** Reference check at the tail: the reverse map; what walks have marked; every access, at no cost; nothing. */
  readonly references: "rmap" | "flags" | "exact" | "off";
  /** What an access leaves behind: an accessed bit, as hardware does; or it is told to the policy at once, as a cache does. */
  readonly hits: "marked" | "told";
  /** The access that brings a page in: a use like any other, as in kernels; or taken back when the page is placed. */
  readonly firstUse: "counts" | "forgotten";
  /** Forward page-table walk: when the policy ages. */
  readonly walk: "off" | "on";
  /** For policies without an aging rule of their own: walk when this share of the lruvec has been scanned. (0, 8] */
  readonly walkEvery: number;
  /** Walks skip tables whose own accessed bit is clear. */
  readonly nonleaf: "off" | "on";
  /** Which tables a walk visits: all; those of the Bloom filters; the same without false positives; those that are dense now. */
  readonly filter: "off" | "bloom" | "exact" | "oracle";
  /** What puts tables into the filters: dense walks and look-around; one of them alone. */
  readonly feeders: "both" | "walks" | "look-around";
  /** Walks pass over processes that have not run since they were last walked. */
  readonly mmBits: "off" | "on";
  /** Walks pass over processes with fewer resident pages. 0 to 4096; 6.1: 64. */
  readonly mmMin: number;
  /** PTEs that look-around reads at a young victim; 0 for off, else 2 to 512. */
  readonly lookaround: number;
  /** What a read through a descriptor leaves behind; the two ways of counting: `access/read-counts.ts`. */
  readonly fd: "two-touch" | "refs" | "refs-hot" | "mark" | "off";
  /** Bits in which reads beyond the first two are counted, with fd refs and refs-hot. 0 to 3. */
  readonly refsWidth: number;
  /** How a listed folio becomes young: moved under lru_lock, or flagged and sorted later. */
  readonly ages: "list" | "flags";
  /** What a young hit does: mark; promote at the second, or at the second since the last promotion; at once; by one class. */
  readonly young: "mark" | "touch" | "second" | "promote" | "next";
  /** A young mapping of executable code counts for more: active at once (file pages), kept active. */
  readonly exec: "off" | "on";
  /** What a refault means: distance against list sizes; the generation it was evicted from, still the oldest or one of 4; nothing. */
  readonly workingset: "distance" | "generations" | "generations-4" | "off";
  /** Where a refault that means something puts the page: with the active; as the flags say that it gets back; with the new. */
  readonly refault: "active" | "flags" | "new";
  /** Protection of often-read pages: by feedback (gains 1:2 or 2:3); always; not at all. */
  readonly tiers: "pid" | "pid-wide" | "always" | "off";
  /** How much more than tier 0 a tier may refault before `pid` protects it. 1 to 16. */
  readonly tierGain: number;
  /** Fewer refaults than this say nothing to the controller. 0 to 65536. */
  readonly tierMin: number;
  /**
   * Choice between anonymous and file memory: cost model; the controller on tier 0, or on all tiers; swappiness alone;
   * whichever has the older generation; a fixed share of memory for anonymous pages.
   */
  readonly balance: "cost" | "tiers" | "tier-sums" | "swappiness" | "oldest" | "fixed";
  /** That share, with balance fixed. 0 to 1. */
  readonly anonShare: number;
  /** How pages leave the active list: the oldest by a scan that clears accessed bits, or all at once, unseen. */
  readonly deactivation: "scan" | "implicit";
  /** Where generations take a folio in: faulted ones as the youngest, or marked, a generation or two below. */
  readonly insertion: "young" | "marked";
  /** When generations age: by their number and by how pages spread over them, or by their number alone. */
  readonly aging: "spread" | "count";
  /** What one pass over generations evicts: whole batches until the budget is passed, the budget exactly, or as 6.1 does. */
  readonly budget: "batch" | "exact" | "abort";
  /** Dirty file folios at the tail: offered and put back as active; passed over; offered and written by reclaim itself. */
  readonly dirty: "activate" | "skip" | "write";
  /** Candidates that stay although nothing keeps them any more are judged once more at the end of their batch. */
  readonly retry: "on" | "off";
  /** Candidates in a batch of reclaim. 1 to 64. */
  readonly batch: number;
  /** Folios in a per-CPU batch on their way to the lists. 1 to 63; the kernel's: 15 (6.1) or 31. */
  readonly addBatch: number;
  /** Pages that fault-around maps are young, as on x86, or old, as on arm64. */
  readonly faultYoung: "on" | "off";
  /** Which memcgs reclaim meets, and in which order: all of the tree; a part, from where the last run stopped; the memcg LRU. */
  readonly memcgOrder: "tree" | "partial" | "memcg-lru";
  /** Reclaim of all of memory begins at priority 12, or at the one that should suffice. */
  readonly startPriority: "default" | "estimate";
  /** Whether kswapd reclaims ahead of need. */
  readonly kswapd: "on" | "off";
  /** When kswapd is content: at the high watermark; above it, with room for promotions. */
  readonly balanced: "high" | "promo";
  /** Cold pages of a fast node move to a slower one, instead of out of memory. */
  readonly demotion: "on" | "off";
  /** What comes in beside a page that must be read: nothing; what the kernel would; the next pages of the trend of misses. */
  readonly readahead: "off" | "kernel" | "leap";
}

/** The plain machine: what a policy gets that asks for nothing. */
export const PLAIN: Settings = {
  references: "rmap",
  hits: "marked",
  firstUse: "counts",
  walk: "off",
  walkEvery: 0.5,
  nonleaf: "off",
  filter: "off",
  feeders: "both",
  mmBits: "on",
  mmMin: 0,
  lookaround: 0,
  fd: "mark",
  refsWidth: 2,
  ages: "list",
  young: "mark",
  exec: "on",
  workingset: "distance",
  refault: "active",
  tiers: "off",
  tierGain: 2,
  tierMin: 64,
  balance: "swappiness",
  anonShare: 0.5,
  deactivation: "scan",
  insertion: "young",
  aging: "spread",
  budget: "batch",
  dirty: "activate",
  retry: "off",
  batch: 32,
  addBatch: 31,
  faultYoung: "on",
  memcgOrder: "partial",
  startPriority: "default",
  kswapd: "on",
  balanced: "high",
  demotion: "off",
  readahead: "off",
};
