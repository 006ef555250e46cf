import type { FdAccess } from "../mechanisms/access/fd-access.js";
import type { FirstUse } from "../mechanisms/access/first-use.js";
import type { PageTableWalk } from "../mechanisms/access/page-table-walk.js";
import type { ReadCounts } from "../mechanisms/access/read-counts.js";
import type { ReferenceCheck } from "../mechanisms/access/references.js";
import type { AgeUpdate } from "../mechanisms/ages.js";
import type { Balance } from "../mechanisms/balance/balance.js";
import type { Deactivation } from "../mechanisms/deactivation.js";
import type { Ghosts } from "../mechanisms/ghosts.js";
import type { KernelMemory } from "../mechanisms/kernel-memory.js";
import type { MemcgOrder } from "../mechanisms/memcg-order/memcg-order.js";
import type { Demotion } from "../mechanisms/pageout/demotion.js";
import type { DirtyRule } from "../mechanisms/pageout/dirty.js";
import type { Pageout } from "../mechanisms/pageout/pageout.js";
import type { SwapOut } from "../mechanisms/pageout/swap-out.js";
import type { Writeback } from "../mechanisms/pageout/writeback.js";
import type { Readahead } from "../mechanisms/readahead/readahead.js";
import type { Settings } from "../mechanisms/settings.js";
import type { Tiers } from "../mechanisms/tiers.js";
import type { Workingset } from "../mechanisms/workingset/workingset.js";
import type { YoungHit } from "../mechanisms/young-hit.js";
import type { ClassLists } from "../mm/lists.js";
import type { ReclaimOps } from "./ops.js";

/** The mechanisms of a machine, one in each slot; an empty slot holds a null object. */
export interface Mechanisms {
  readonly settings: Settings;
  readonly references: ReferenceCheck;
  readonly walk: PageTableWalk;
  readonly fd: FdAccess;
  readonly firstUse: FirstUse;
  readonly ages: AgeUpdate;
  readonly young: YoungHit;
  readonly workingset: Workingset;
  readonly tiers: Tiers;
  readonly balance: Balance;
  readonly deactivation: Deactivation;
  readonly swapOut: SwapOut;
  readonly writeback: Writeback;
  readonly dirty: DirtyRule;
  readonly pageout: Pageout;
  readonly kernelMemory: KernelMemory;
  readonly memcgOrder: MemcgOrder;
  readonly demotion: Demotion;
  readonly reads: ReadCounts;
  readonly readahead: Readahead;
}

/** What a lruvec's policy has set up. */
export interface Attached {
  /** The lruvec's own set; what is the machine's (swap, writeback, page-out, kernel memory) is shared by all sets. */
  readonly mechanisms: Mechanisms;
  ops: Required<ReclaimOps>;
  /** Null until the policy asks for lists. */
  lists: ClassLists | null;
  /** Null unless the policy keeps ghosts. */
  ghosts: Ghosts | null;
  /** A ring of generations advances the clock. */
  drivesClock: boolean;
}
