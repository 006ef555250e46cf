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
import { rotate } from "../reclaim/rotate.js";
import type { CellSpec, MachineSpec } from "./cell.js";
import { type Profile, profile } from "./profiles.js";

/** Fill the slots of a machine. Null objects stand where a setting is "off". */
export function buildMechanisms(
  core: Core,
  settings: Settings,
  machine: MachineSpec & { readonly swap?: CellSpec["swap"] },
  kernel: Profile = profile("6.12"),
): Mechanisms {
  core.reads = settings.fd === "refs-hot" ? HOT_COUNTS : SPLIT_COUNTS;
  const filter = filterOf(core, settings);
  const { marksVictim, onlyListed } = kernel;
  const rule = { marksVictim, onlyListed, ...(marksVictim && { flagFrom: kernel.batchSize }) };
  const around =
    settings.lookaround === 0 ? noLookAround() : lookAround(core, filter, settings.lookaround, rule);
  const tiers = TIERS[settings.tiers](core);
  const balance = BALANCE[settings.balance](tiers, kernel);
  const onDisk = machine.swap === "disk" ? diskSwap(core, (folio) => rotate(core, folio)) : zramSwap(core);
  const swapOut = core.swap.slots > 0 ? onDisk : noSwap();
  const ages = settings.ages === "flags" ? flagUpdates(core) : listMoves(core);
  const flush = machine.pace !== undefined && machine.kernelMemory === true ? timedFlusher : flusher;
  const writeback = flush(core, (folio) => rotate(core, folio));
  const walkRule = { onlyListed, mmBits: settings.mmBits === "on" };
  return {
    settings,
    references:
      settings.references === "rmap"
        ? rmapReferences(core, around, settings.exec === "on")
        : REFERENCES[settings.references](core),
    walk:
      settings.walk === "on" ? pageTableWalk(core, filter, settings.nonleaf === "on", walkRule) : noWalk(),
    fd: FD[settings.fd](core),
    ages,
    young: YOUNG[settings.young](core, ages),
    workingset: workingsetOf(core, settings, tiers, balance, kernel),
    tiers,
    balance,
    swapOut,
    writeback,
    pageout: pageout(core, swapOut, writeback),
    kernelMemory: machine.kernelMemory === true ? chargedKernelMemory(core.memory) : FREE_KERNEL_MEMORY,
  };
}

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
