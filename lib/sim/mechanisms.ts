import { bloomKeys, bloomTableSet } from "../mechanisms/access/bloom-filter.js";
import {
  countReads,
  type FdAccess,
  markYoung,
  noFdAccess,
  twoTouch,
} from "../mechanisms/access/fd-access.js";
import { FIRST_USE_COUNTS, forgetFirstUse } from "../mechanisms/access/first-use.js";
import { type LookAround, lookAround, noLookAround } from "../mechanisms/access/look-around.js";
import { noWalk, pageTableWalk } from "../mechanisms/access/page-table-walk.js";
import { HOT_BY_WIDTH, SPLIT_BY_WIDTH } from "../mechanisms/access/read-counts.js";
import {
  exactReferences,
  flagReferences,
  noReferences,
  type ReferenceCheck,
  rmapReferences,
} from "../mechanisms/access/references.js";
import {
  denseTables,
  exactTableSet,
  fedBy,
  flippingFilter,
  scanAllTables,
  type TableFilter,
  type TableSet,
} from "../mechanisms/access/table-filter.js";
import { type AgeUpdate, flagUpdates, listMoves } from "../mechanisms/ages.js";
import {
  type Balance,
  fixedBalance,
  oldestBalance,
  swappinessBalance,
  tierBalance,
  tierSumBalance,
} from "../mechanisms/balance/balance.js";
import { costBalance, counterCostBalance, ioCostBalance } from "../mechanisms/balance/cost-balance.js";
import { implicitDeactivation, scannedDeactivation } from "../mechanisms/deactivation.js";
import type { Host } from "../mechanisms/host.js";
import { chargedKernelMemory, FREE_KERNEL_MEMORY } from "../mechanisms/kernel-memory.js";
import { memcgLru } from "../mechanisms/memcg-order/memcg-lru.js";
import type { MemcgOrder } from "../mechanisms/memcg-order/memcg-order.js";
import { fullWalk, partialWalk } from "../mechanisms/memcg-order/tree-walk.js";
import { demoteToNext, NO_DEMOTION } from "../mechanisms/pageout/demotion.js";
import { activateDirty, type DirtyRule, skipDirty, writeDirty } from "../mechanisms/pageout/dirty.js";
import { pageout } from "../mechanisms/pageout/pageout.js";
import { diskSwap, noSwap, zramSwap } from "../mechanisms/pageout/swap-out.js";
import { flusher, timedFlusher, type Writeback } from "../mechanisms/pageout/writeback.js";
import { kernelReadahead } from "../mechanisms/readahead/kernel-readahead.js";
import { leap } from "../mechanisms/readahead/leap.js";
import { NO_READAHEAD, type Readahead } from "../mechanisms/readahead/readahead.js";
import type { Settings } from "../mechanisms/settings.js";
import {
  alwaysProtectTiers,
  observedTiers,
  pidTiers,
  type TierOptions,
  type Tiers,
  widePidTiers,
} from "../mechanisms/tiers.js";
import { generationWindow } from "../mechanisms/workingset/generation-window.js";
import { noWorkingset } from "../mechanisms/workingset/no-workingset.js";
import { refaultDistance } from "../mechanisms/workingset/refault-distance.js";
import {
  activeAgain,
  asNew,
  countsAgain,
  hotAgain,
  type RefaultPlacement,
} from "../mechanisms/workingset/refault-placement.js";
import type { Workingset } from "../mechanisms/workingset/workingset.js";
import {
  markOnHit,
  promoteKnown,
  promoteOnHit,
  promoteOnSecondHit,
  promoteToNext,
  type YoungHit,
} from "../mechanisms/young-hit.js";
import type { Folio } from "../mm/folio.js";
import type { Core, Mechanisms } from "../reclaim/core.js";
import { migrate } from "../reclaim/migrate.js";
import { rotate } from "../reclaim/rotate.js";
import { mulberry32 } from "../util/random.js";
import type { CellSpec, MachineSpec } from "./cell.js";
import { type Profile, profile } from "./profiles.js";

/**
 * Fill the slots for one lruvec. Null objects stand where a setting is "off". What belongs to the machine (devices, the
 * order of memcgs) is made for the first lruvec, from its settings, and shared by the rest.
 */
export function buildMechanisms(
  machineCore: Core,
  settings: Settings,
  machine: MachineSpec & { readonly swap?: CellSpec["swap"]; readonly seed?: number },
  kernel: Profile = profile("6.12"),
): Mechanisms {
  const reads = (settings.fd === "refs-hot" ? HOT_BY_WIDTH : SPLIT_BY_WIDTH)[settings.refsWidth]!;
  const known = machineCore.mechanisms as Mechanisms | undefined;
  if (known === undefined) machineCore.reads = reads;
  // Another lruvec may count reads in another way: it sees the same core, but for that.
  const core: Core =
    machineCore.reads === reads ? machineCore : Object.create(machineCore, { reads: { value: reads } });
  const shared = known ?? machineWide(core, settings, machine, kernel);
  const filter = filterOf(core, settings);
  const { marksVictim, onlyListed } = kernel;
  const rule = { marksVictim, onlyListed, ...(marksVictim && { flagFrom: kernel.batchSize }) };
  const around =
    settings.lookaround === 0 ? noLookAround() : lookAround(core, filter, settings.lookaround, rule);
  const tiers = TIERS[settings.tiers](core, { gain: settings.tierGain, minRefaults: settings.tierMin });
  const balance = BALANCE[settings.balance](tiers, kernel, settings);
  const ages = settings.ages === "flags" ? flagUpdates(core) : listMoves(core);
  const references = referencesOf(core, settings, around);
  const own = {
    settings,
    reads,
    references,
    walk:
      settings.walk === "on"
        ? pageTableWalk(core, filter, settings.nonleaf === "on", {
            onlyListed,
            mmBits: settings.mmBits === "on",
            minPages: settings.mmMin,
          })
        : noWalk(),
    fd: FD[settings.fd](core),
    firstUse: settings.firstUse === "counts" ? FIRST_USE_COUNTS : forgetFirstUse(core),
    ages,
    young: YOUNG[settings.young](core, ages),
    workingset: workingsetOf(core, settings, tiers, balance, kernel),
    tiers,
    balance,
    deactivation:
      settings.deactivation === "scan"
        ? scannedDeactivation(core, balance, (folio) => references.check(folio))
        : implicitDeactivation(core),
    dirty: DIRTY[settings.dirty](core, shared.writeback),
  };
  return { ...shared, ...own };
}

/** The slots that a machine has once. */
function machineWide(
  core: Core,
  settings: Settings,
  machine: MachineSpec & { readonly swap?: CellSpec["swap"]; readonly seed?: number },
  kernel: Profile,
): Pick<
  Mechanisms,
  "swapOut" | "writeback" | "pageout" | "kernelMemory" | "memcgOrder" | "demotion" | "readahead"
> {
  const device =
    machine.swap === "disk"
      ? diskSwap(core, (folio) => rotate(core, folio))
      : zramSwap(core, kernel.cachesSwapIns);
  const swapOut = core.swap.slots > 0 ? device : noSwap();
  const flush = machine.pace !== undefined && machine.kernelMemory === true ? timedFlusher : flusher;
  const writeback = flush(core, (folio) => rotate(core, folio));
  const dirty = { offered: (folio: Folio) => core.mechanismsOf(folio).dirty.offered(folio) };
  const demotion =
    settings.demotion === "on"
      ? demoteToNext(core, core.nodes.length, (folio, node) => migrate(core, folio, node))
      : NO_DEMOTION;
  return {
    swapOut,
    writeback,
    demotion,
    pageout: pageout(core, swapOut, writeback, dirty, demotion),
    kernelMemory: machine.kernelMemory === true ? chargedKernelMemory(core.memory) : FREE_KERNEL_MEMORY,
    memcgOrder: MEMCG_ORDER[settings.memcgOrder](machine.seed ?? 1),
    readahead: READAHEAD[settings.readahead](core, machine.swap === "disk"),
  };
}

const READAHEAD: Record<Settings["readahead"], (core: Core, slowSwap: boolean) => Readahead> = {
  off: () => NO_READAHEAD,
  kernel: ({ memory }, slowSwap) => kernelReadahead(memory, slowSwap),
  leap: ({ memory }, slowSwap) => leap(memory, slowSwap),
};
const MEMCG_ORDER: Record<Settings["memcgOrder"], (seed: number) => MemcgOrder> = {
  tree: fullWalk,
  partial: partialWalk,
  "memcg-lru": (seed) => memcgLru(mulberry32(seed)),
};
const TIERS: Record<Settings["tiers"], (host: Host, options: TierOptions) => Tiers> = {
  pid: pidTiers,
  "pid-wide": widePidTiers,
  always: alwaysProtectTiers,
  off: observedTiers,
};
const BALANCE: Record<Settings["balance"], (tiers: Tiers, kernel: Profile, settings: Settings) => Balance> = {
  cost: (tiers, kernel) => COST[kernel.cost](tiers),
  tiers: tierBalance,
  "tier-sums": tierSumBalance,
  swappiness: swappinessBalance,
  oldest: oldestBalance,
  fixed: (tiers, _kernel, { anonShare }) => fixedBalance(tiers, anonShare),
};
const COST: Record<Profile["cost"], (tiers: Tiers) => Balance> = {
  io: ioCostBalance,
  "io-and-rotations": costBalance,
  counters: counterCostBalance,
};
const YOUNG: Record<Settings["young"], (host: Host, ages: AgeUpdate) => YoungHit> = {
  mark: markOnHit,
  touch: promoteOnSecondHit,
  second: promoteKnown,
  promote: promoteOnHit,
  next: promoteToNext,
};
const DIRTY: Record<Settings["dirty"], (host: Host, writeback: Writeback) => DirtyRule> = {
  activate: activateDirty,
  skip: skipDirty,
  write: writeDirty,
};
const FD: Record<Settings["fd"], (host: Host) => FdAccess> = {
  "two-touch": twoTouch,
  refs: countReads,
  "refs-hot": countReads,
  mark: markYoung,
  off: noFdAccess,
};

function referencesOf(core: Core, settings: Settings, around: LookAround): ReferenceCheck {
  const exec = settings.exec === "on";
  if (settings.references === "rmap") return rmapReferences(core, around, exec);
  if (settings.references === "exact") return exactReferences(core, exec);
  return settings.references === "flags" ? flagReferences(core) : noReferences();
}

function filterOf(core: Core, settings: Settings): TableFilter {
  if (settings.filter === "off") return scanAllTables();
  if (settings.filter === "oracle") return denseTables(core);
  const { nrTables } = core.memory.map;
  const keys = settings.filter === "bloom" ? bloomKeys(nrTables) : null;
  const newSet = (): TableSet => (keys === null ? exactTableSet(nrTables) : bloomTableSet(keys));
  const filter = flippingFilter(core, [newSet(), newSet()]);
  return settings.feeders === "both" ? filter : fedBy(filter, settings.feeders);
}

function workingsetOf(
  core: Core,
  settings: Settings,
  tiers: Tiers,
  balance: Balance,
  kernel: Profile,
): Workingset {
  if (settings.workingset === "off") return noWorkingset(core, balance);
  const placement = placementOf(core, settings);
  if (settings.workingset === "distance") return refaultDistance(core, tiers, balance, placement);
  const window = settings.workingset === "generations" ? "oldest" : "recent";
  return generationWindow(core, tiers, balance, { window, partial: kernel.countsRecentOnly }, placement);
}

/** What flags say depends on the kernel whose window, or else whose counts of reads, they go with. */
function placementOf(core: Core, { refault, workingset, fd }: Settings): RefaultPlacement {
  if (refault === "active") return activeAgain(core);
  if (refault === "new") return asNew();
  const hot = workingset === "distance" ? fd === "refs-hot" : workingset === "generations-4";
  return hot ? hotAgain(core) : countsAgain(core);
}
