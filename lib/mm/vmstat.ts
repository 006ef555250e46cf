/**
 * The counters of a run, counted by the core and the mechanisms, never by a policy. The first block is named
 * and defined as in /proc/vmstat and memory.stat (6.12); units are events or pages as there. The second block
 * has no kernel counter: it is the work that the mechanisms did.
 */
export class Vmstat {
  /** Page faults, minor and major. */
  pgfault = 0;
  /** Faults that had to read: a page of a file that was not cached, or a swap-in. */
  pgmajfault = 0;
  /** Pages looked at as candidates for eviction. */
  pgscan = 0;
  pgscan_anon = 0;
  pgscan_file = 0;
  /** Pages reclaimed. */
  pgsteal = 0;
  pgsteal_anon = 0;
  pgsteal_file = 0;
  /** Pages looked at to age or sort them, not as candidates: the active scan, MGLRU's sorting. */
  pgrefill = 0;
  /** Pages moved towards "keep": to the active list, or to the youngest generation at eviction. */
  pgactivate = 0;
  /** Pages moved from active to inactive. */
  pgdeactivate = 0;
  /** Pages moved to the tail because their writeback ended. */
  pgrotated = 0;
  /** Evicted pages that came back. */
  workingset_refault_anon = 0;
  workingset_refault_file = 0;
  /** Refaults soon enough after eviction to count as working set. */
  workingset_activate_anon = 0;
  workingset_activate_file = 0;
  /** Activated refaults of pages that had been working set before eviction. */
  workingset_restore_anon = 0;
  workingset_restore_file = 0;
  pswpin = 0;
  pswpout = 0;
  /** Pages that reclaim itself submitted to writeback (swap-outs; file pages only where a kernel does so). */
  nr_vmscan_write = 0;
  /** Pages written back to files. */
  nr_written = 0;
  /** Direct reclaim runs, on a memory limit (which the kernel's counters leave out) or for lack of free pages. */
  allocstall = 0;
  /** Those for lack of free pages. */
  allocstall_normal = 0;
  /** Runs of kswapd, and what it scanned and reclaimed of `pgscan` and `pgsteal`. */
  pageoutrun = 0;
  pgscan_kswapd = 0;
  pgsteal_kswapd = 0;
  /** Pages moved to a slower node instead of being reclaimed, by who did it. They count in pgsteal, too. */
  pgdemote_kswapd = 0;
  pgdemote_direct = 0;
  /** Times that a memcg was reclaimed from below its memory.low, and above its memory.high (memory.events). */
  memcg_low = 0;
  memcg_high = 0;
  oom_kill = 0;

  /** Records of the trace: visits of a page by a process. */
  nr_record = 0;
  /** Accesses that those records stand for. */
  nr_access = 0;
  /** Pages brought in: first touches, refaults, reads. A MIN bound applies to it. */
  nr_alloc = 0;
  /** Accesses through descriptors (records). */
  nr_fd_access = 0;
  /** Reverse-map look-ups: one for each reference check of a mapped folio. */
  rmap_walk = 0;
  /** Mappings (PTEs) that those look-ups visited. */
  rmap_pte = 0;
  /** Times look-around scanned the neighbours of a victim, the PTEs it read and the young ones among them. */
  lookaround = 0;
  lookaround_pte = 0;
  lookaround_young = 0;
  /** Forward walks over page tables, leaf tables visited, PTEs read, and the young ones among them. */
  walk = 0;
  walk_table = 0;
  walk_pte = 0;
  walk_young = 0;
  /** Leaf tables that a walk passed over: filter said no; table not accessed since the last walk. */
  walk_skip_filter = 0;
  walk_skip_nonleaf = 0;
  /** Leaf tables put into the filter of the next walk. */
  filter_add = 0;
  /** Acquisitions of lru_lock, and the list insertions and removals done under it. */
  lru_lock = 0;
  list_move = 0;
  /** Class or generation changes that only wrote a folio's flags. */
  flag_update = 0;
  /** Folios that eviction found on a list other than their class's, and moved there. */
  pgsorted = 0;
  /** Pages that tier protection kept from eviction. */
  tier_protected = 0;
}

/** A counter's name. */
export type Counter = keyof Vmstat;

/** Names of all counters, in the order of their definition. */
export const COUNTERS: readonly Counter[] = Object.keys(new Vmstat()) as Counter[];
