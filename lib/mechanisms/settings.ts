/** What is in each slot of a machine. Plain data: the ablation switches, one name for each SEMANTICS axis. */
export interface Settings {
  /** Reference check at the tail: the reverse map; what walks have marked; nothing. */
  readonly references: "rmap" | "flags" | "off";
  /** Forward page-table walk: when the policy ages. */
  readonly walk: "off" | "on";
  /** For policies without an aging rule of their own: walk when this share of the lruvec has been scanned. (0, 8] */
  readonly walkEvery: number;
  /** Walks skip tables whose own accessed bit is clear. */
  readonly nonleaf: "off" | "on";
  /** Which tables a walk visits: all; those of the Bloom filters; the same without false positives. */
  readonly filter: "off" | "bloom" | "exact";
  /** PTEs that look-around reads at a young victim; 0 for off, else 2 to 512. */
  readonly lookaround: number;
  /** What a read through a descriptor leaves behind. */
  readonly fd: "two-touch" | "refs" | "mark" | "off";
  /** How a listed folio becomes young: moved under lru_lock, or flagged and sorted later. */
  readonly ages: "list" | "flags";
  /** What a young hit of a walk or of look-around does: mark; promote at the second; promote at once. */
  readonly young: "mark" | "touch" | "promote";
  /** What a refault means: distance against list sizes; the generation it was evicted from; nothing. */
  readonly workingset: "distance" | "generations" | "off";
  /** Protection of often-read pages: by feedback; always; not at all. */
  readonly tiers: "pid" | "always" | "off";
  /** Choice between anonymous and file memory: cost model; the tiers' controller; swappiness alone. */
  readonly balance: "cost" | "tiers" | "swappiness";
}

/** The plain machine: what a policy gets that asks for nothing. */
export const PLAIN: Settings = {
  references: "rmap",
  walk: "off",
  walkEvery: 0.5,
  nonleaf: "off",
  filter: "off",
  lookaround: 0,
  fd: "mark",
  ages: "list",
  young: "mark",
  workingset: "distance",
  tiers: "off",
  balance: "swappiness",
};
