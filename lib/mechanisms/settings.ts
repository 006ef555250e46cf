/** What is in each slot of a machine. Plain data: the ablation switches, one name for each SEMANTICS axis. */
export interface Settings {
  /** Reference check at the tail: the reverse map; what walks have marked; nothing. */
  readonly references: "rmap" | "flags" | "off";
  /** What an access leaves behind: an accessed bit, as hardware does; or it is told to the policy at once, as a cache does. */
  readonly hits: "marked" | "told";
  /** Forward page-table walk: when the policy ages. */
  readonly walk: "off" | "on";
  /** For policies without an aging rule of their own: walk when this share of the lruvec has been scanned. (0, 8] */
  readonly walkEvery: number;
  /** Walks skip tables whose own accessed bit is clear. */
  readonly nonleaf: "off" | "on";
  /** Which tables a walk visits: all; those of the Bloom filters; the same without false positives. */
  readonly filter: "off" | "bloom" | "exact";
  /** What puts tables into the filters: dense walks and look-around; one of them alone. */
  readonly feeders: "both" | "walks" | "look-around";
  /** Walks pass over processes that have not run since they were last walked. */
  readonly mmBits: "off" | "on";
  /** PTEs that look-around reads at a young victim; 0 for off, else 2 to 512. */
  readonly lookaround: number;
  /** What a read through a descriptor leaves behind; the two ways of counting: `access/read-counts.ts`. */
  readonly fd: "two-touch" | "refs" | "refs-hot" | "mark" | "off";
  /** How a listed folio becomes young: moved under lru_lock, or flagged and sorted later. */
  readonly ages: "list" | "flags";
  /** What a young hit does: mark; promote at the second, or at the second since the last promotion; promote at once. */
  readonly young: "mark" | "touch" | "second" | "promote";
  /** A young mapping of executable code counts for more: active at once (file pages), kept active. */
  readonly exec: "off" | "on";
  /** What a refault means: distance against list sizes; the generation it was evicted from, still the oldest or one of 4; nothing. */
  readonly workingset: "distance" | "generations" | "generations-4" | "off";
  /** Protection of often-read pages: by feedback (gains 1:2 or 2:3); always; not at all. */
  readonly tiers: "pid" | "pid-wide" | "always" | "off";
  /** Choice between anonymous and file memory: cost model; the controller on tier 0, or on all tiers; swappiness alone. */
  readonly balance: "cost" | "tiers" | "tier-sums" | "swappiness";
  /** Where generations take a folio in: faulted ones as the youngest, or marked, a generation or two below. */
  readonly insertion: "young" | "marked";
  /** When generations age: by their number and by how pages spread over them, or by their number alone. */
  readonly aging: "spread" | "count";
  /** What one pass over generations evicts: whole batches until the budget is passed, the budget exactly, or as 6.1 does. */
  readonly budget: "batch" | "exact" | "abort";
  /** Dirty file folios in the oldest generation: offered and put back as active; passed over, one generation up. */
  readonly dirty: "activate" | "skip";
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
}

/** The plain machine: what a policy gets that asks for nothing. */
export const PLAIN: Settings = {
  references: "rmap",
  hits: "marked",
  walk: "off",
  walkEvery: 0.5,
  nonleaf: "off",
  filter: "off",
  feeders: "both",
  mmBits: "on",
  lookaround: 0,
  fd: "mark",
  ages: "list",
  young: "mark",
  exec: "on",
  workingset: "distance",
  tiers: "off",
  balance: "swappiness",
  insertion: "young",
  aging: "spread",
  budget: "batch",
  dirty: "activate",
  memcgOrder: "partial",
  startPriority: "default",
  kswapd: "on",
  balanced: "high",
  demotion: "off",
};
