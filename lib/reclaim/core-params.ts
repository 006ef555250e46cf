import type { MemoryNode } from "../mm/node.js";

/** Parameters of the kernel that a profile sets. */
export interface CoreParams {
  /** Folios in a per-CPU batch (PAGEVEC_SIZE, later FOLIO_BATCH_SIZE). */
  readonly batchSize: number;
  /** Each pass over a lruvec brings its memcg's statistics up to date. Default: false. */
  readonly flushesInReclaim?: boolean;
  /** Counts of reads outlive the placement in the youngest generation (lru_gen_add_folio(), 6.1). Default: false. */
  readonly keepsCounts?: boolean;
  /** Pages of a file that one fault maps if they are cached, a power of two up to 512. Default: 1. */
  readonly faultAround?: number;
  /** Stores to clean file pages fault, as on file systems with page_mkwrite; without it dirty PTEs tell. Default: false. */
  readonly tracksDirty?: boolean;
  /** A page swapped in by a load is mapped read-only: the first store faults again (do_swap_page(), 6.1). Default: false. */
  readonly swapsInReadOnly?: boolean;
  /** A store is preceded by a load of the same word. Default: false. */
  readonly loadsFirst?: boolean;
  /** Pages of a file system's metadata that the first page of a file brings with it, and that stay. Default: 0. */
  readonly metadata?: number;
  /** Slots of the swap device. */
  readonly swapSlots: number;
  /** Reads of swap and files wait for a disk. Default: false. */
  readonly slowDisk?: boolean;
  /** The CPU keeps stocks of several memcgs at once (NR_MEMCG_STOCK 7, 7.3). Default: false. */
  readonly manyStocks?: boolean;
  /** Nodes of memory. Default: one that never fills. */
  readonly nodes?: readonly MemoryNode[];
  /** Allocate on the first node only (MPOL_BIND). Default: false. */
  readonly bind?: boolean;
  readonly swappiness: number;
}
