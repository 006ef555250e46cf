import { bloomKeys, bloomTableSet } from "../mechanisms/access/bloom-filter.js";
import {
  countReads,
  type FdAccess,
  markYoung,
  noFdAccess,
  twoTouch,
} from "../mechanisms/access/fd-access.js";
import { lookAround, noLookAround } from "../mechanisms/access/look-around.js";
import { noWalk, pageTableWalk } from "../mechanisms/access/page-table-walk.js";
import { HOT_COUNTS, SPLIT_COUNTS } from "../mechanisms/access/read-counts.js";
import {
  flagReferences,
  noReferences,
  type ReferenceCheck,
  rmapReferences,
} from "../mechanisms/access/references.js";
import {
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
  swappinessBalance,
  tierBalance,
  tierSumBalance,
} from "../mechanisms/balance/balance.js";
import { costBalance, counterCostBalance, ioCostBalance } from "../mechanisms/balance/cost-balance.js";
import type { Host } from "../mechanisms/host.js";
import { chargedKernelMemory, FREE_KERNEL_MEMORY } from "../mechanisms/kernel-memory.js";
import { memcgLru } from "../mechanisms/memcg-order/memcg-lru.js";
import type { MemcgOrder } from "../mechanisms/memcg-order/memcg-order.js";
import { fullWalk, partialWalk } from "../mechanisms/memcg-order/tree-walk.js";
import { demoteToNext, NO_DEMOTION } from "../mechanisms/pageout/demotion.js";
import { pageout } from "../mechanisms/pageout/pageout.js";
import { diskSwap, noSwap, zramSwap } from "../mechanisms/pageout/swap-out.js";
import { flusher, timedFlusher } from "../mechanisms/pageout/writeback.js";
import type { Settings } from "../mechanisms/settings.js";
import {
  alwaysProtectTiers,
  observedTiers,
  pidTiers,
  type Tiers,
  widePidTiers,
} from "../mechanisms/tiers.js";
import { generationWindow } from "../mechanisms/workingset/generation-window.js";
import { noWorkingset } from "../mechanisms/workingset/no-workingset.js";
import { refaultDistance } from "../mechanisms/workingset/refault-distance.js";
import type { Workingset } from "../mechanisms/workingset/workingset.js";
import {
  markOnHit,
  promoteKnown,
  promoteOnHit,
  promoteOnSecondHit,
  type YoungHit,
} from "../mechanisms/young-hit.js";
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
  const reads = settings.fd === "refs-hot" ? HOT_COUNTS : SPLIT_COUNTS;
  const shared = machineCore.mechanisms as Mechanisms | undefined;
  if (shared === undefined) machineCore.reads = reads;
  // Another lruvec may count reads in another way: it sees the same core, but for that.
  const core: Core =
    machineCore.reads === reads ? machineCore : Object.create(machineCore, { reads: { value: reads } });
  const filter = filterOf(core, settings);
  const { marksVictim, onlyListed } = kernel;
  const rule = { marksVictim, onlyListed, ...(marksVictim && { flagFrom: kernel.batchSize }) };
  const around =
    settings.lookaround === 0 ? noLookAround() : lookAround(core, filter, settings.lookaround, rule);
  const tiers = TIERS[settings.tiers](core);
  const balance = BALANCE[settings.balance](tiers, kernel);
  const ages = settings.ages === "flags" ? flagUpdates(core) : listMoves(core);
  const own = {
    settings,
    reads,
    references:
      settings.references === "rmap"
        ? rmapReferences(core, around, settings.exec === "on")
        : REFERENCES[settings.references](core),
    walk:
      settings.walk === "on"
        ? pageTableWalk(core, filter, settings.nonleaf === "on", {
            onlyListed,
            mmBits: settings.mmBits === "on",
          })
        : noWalk(),
    fd: FD[settings.fd](core),
    ages,
    young: YOUNG[settings.young](core, ages),
    workingset: workingsetOf(core, settings, tiers, balance, kernel),
    tiers,
    balance,
  };
  return { ...(shared ?? machineWide(core, settings, machine, kernel)), ...own };
}

/** The slots that a machine has once. */
function machineWide(
  core: Core,
  settings: Settings,
  machine: MachineSpec & { readonly swap?: CellSpec["swap"]; readonly seed?: number },
  kernel: Profile,
): Pick<Mechanisms, "swapOut" | "writeback" | "pageout" | "kernelMemory" | "memcgOrder" | "demotion"> {
  const device =
    machine.swap === "disk"
      ? diskSwap(core, (folio) => rotate(core, folio))
      : zramSwap(core, kernel.cachesSwapIns);
  const swapOut = core.swap.slots > 0 ? device : noSwap();
  const flush = machine.pace !== undefined && machine.kernelMemory === true ? timedFlusher : flusher;
  const writeback = flush(core, (folio) => rotate(core, folio));
  const demotion =
    settings.demotion === "on"
      ? demoteToNext(core, core.nodes.length, (folio, node) => migrate(core, folio, node))
      : NO_DEMOTION;
  return {
    swapOut,
    writeback,
    demotion,
    pageout: pageout(core, swapOut, writeback, demotion),
    kernelMemory: machine.kernelMemory === true ? chargedKernelMemory(core.memory) : FREE_KERNEL_MEMORY,
    memcgOrder: MEMCG_ORDER[settings.memcgOrder](machine.seed ?? 1),
  };
}

const MEMCG_ORDER: Record<Settings["memcgOrder"], (seed: number) => MemcgOrder> = {
  tree: fullWalk,
  partial: partialWalk,
  "memcg-lru": (seed) => memcgLru(mulberry32(seed)),
};
const TIERS: Record<Settings["tiers"], (host: Host) => Tiers> = {
  pid: pidTiers,
  "pid-wide": widePidTiers,
  always: alwaysProtectTiers,
  off: observedTiers,
};
const BALANCE: Record<Settings["balance"], (tiers: Tiers, kernel: Profile) => Balance> = {
  cost: (tiers, kernel) => COST[kernel.cost](tiers),
  tiers: tierBalance,
  "tier-sums": tierSumBalance,
  swappiness: swappinessBalance,
};
const COST: Record<Profile["cost"], (tiers: Tiers) => Balance> = {
  io: ioCostBalance,
  "io-and-rotations": costBalance,
  counters: counterCostBalance,
};
const REFERENCES: Record<"flags" | "off", (host: Host) => ReferenceCheck> = {
  flags: flagReferences,
  off: noReferences,
};
const YOUNG: Record<Settings["young"], (host: Host, ages: AgeUpdate) => YoungHit> = {
  mark: markOnHit,
  touch: promoteOnSecondHit,
  second: promoteKnown,
  promote: promoteOnHit,
};
const FD: Record<Settings["fd"], (host: Host) => FdAccess> = {
  "two-touch": twoTouch,
  refs: countReads,
  "refs-hot": countReads,
  mark: markYoung,
  off: noFdAccess,
};

function filterOf(core: Core, settings: Settings): TableFilter {
  if (settings.filter === "off") return scanAllTables();
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
  if (settings.workingset === "distance") return refaultDistance(core, tiers, balance);
  if (settings.workingset === "off") return noWorkingset(core, balance);
  return generationWindow(core, tiers, balance, {
    window: settings.workingset === "generations" ? "oldest" : "recent",
    partial: kernel.countsRecentOnly,
  });
}
