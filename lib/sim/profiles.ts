import { inputError } from "../util/error.js";

/** What differs between kernels beside the rules of each policy (which `Policy.mechanisms` names), as data. */
export interface Profile {
  /** Folios in a per-CPU batch (PAGEVEC_SIZE, later FOLIO_BATCH_SIZE, include/linux/pagevec.h). */
  readonly batchSize: number;
  /** How refaults, writes and rotations make up the cost of a type (mm/swap.c lru_note_cost(); 7.3: prepare_scan_control()). */
  readonly cost: "io" | "io-and-rotations" | "counters";
  /** Each pass brings memcg statistics up to date (mm/vmscan.c, prepare_scan_count(), 6.1). */
  readonly flushesInReclaim: boolean;
  /** Look-around marks the victim itself, and updates 15 neighbours or more by flag (lru_gen_look_around(), 6.1). */
  readonly marksVictim: boolean;
  /** Counts of reads outlive the placement in the youngest generation (lru_gen_add_folio(), 6.1). */
  readonly keepsCounts: boolean;
  /** Walks and look-around leave folios alone that are on no list (get_pfn_folio(), 7.3). */
  readonly onlyListed: boolean;
  /** Which memcgs reclaim meets: all, or a part at a time (shrink_node_memcgs(), 6.12). */
  readonly memcgOrder: "tree" | "partial";
  /** A CPU charges ahead for several memcgs at once (NR_MEMCG_STOCK, 7.3). */
  readonly manyStocks: boolean;
  /** A page read from zram goes through the swap cache (swapin_sync(), 7.3). */
  readonly cachesSwapIns: boolean;
  /** A page swapped in by a load is mapped read-only (do_swap_page(), 6.1). */
  readonly swapsInReadOnly: boolean;
  /** Without walks, refaults from older generations are not counted (mm/workingset.c, lru_gen_refault(), 6.1). */
  readonly countsRecentOnly: boolean;
}

/** The kernels that can be predicted: Debian's 6.1.192, 6.12.117 and 7.3.4. */
export const PROFILES: Readonly<Record<"6.1" | "6.12" | "7.3", Profile>> = {
  "6.1": {
    batchSize: 15,
    cost: "io",
    flushesInReclaim: true,
    marksVictim: true,
    keepsCounts: true,
    memcgOrder: "tree",
    manyStocks: false,
    onlyListed: false,
    cachesSwapIns: false,
    swapsInReadOnly: true,
    countsRecentOnly: true,
  },
  "6.12": {
    batchSize: 31,
    cost: "io-and-rotations",
    flushesInReclaim: false,
    marksVictim: false,
    keepsCounts: false,
    memcgOrder: "partial",
    manyStocks: false,
    onlyListed: false,
    cachesSwapIns: false,
    swapsInReadOnly: false,
    countsRecentOnly: false,
  },
  "7.3": {
    batchSize: 31,
    cost: "counters",
    flushesInReclaim: false,
    marksVictim: false,
    keepsCounts: false,
    memcgOrder: "partial",
    manyStocks: true,
    onlyListed: true,
    cachesSwapIns: true,
    swapsInReadOnly: false,
    countsRecentOnly: false,
  },
};

export function profile(name: string): Profile {
  if (Object.hasOwn(PROFILES, name)) return PROFILES[name as keyof typeof PROFILES];
  inputError(`unknown profile: ${name}; one of ${Object.keys(PROFILES).join(", ")}`);
}
