/* The ablation switches: each with the values that it may have. What the values mean: `mechanisms/settings.ts`. */
import type { Settings } from "../mechanisms/settings.js";
import { inputError } from "../util/error.js";
import type { SwitchValue } from "./cell.js";

type Allowed = readonly string[] | ((value: number) => boolean);

function whole(from: number, to: number): (value: number) => boolean {
  return (value) => Number.isInteger(value) && value >= from && value <= to;
}

/** Each switch: what it may be set to, and how to say so. */
export const SWITCHES: Readonly<
  Record<keyof Settings, { readonly allowed: Allowed; readonly text: string }>
> = {
  references: { allowed: ["rmap", "flags", "exact", "off"], text: "rmap, flags, exact or off" },
  walk: { allowed: ["on", "off"], text: "on or off" },
  walkEvery: { allowed: (x) => x > 0 && x <= 8, text: "a number above 0, up to 8" },
  nonleaf: { allowed: ["on", "off"], text: "on or off" },
  filter: { allowed: ["bloom", "exact", "oracle", "off"], text: "bloom, exact, oracle or off" },
  feeders: { allowed: ["both", "walks", "look-around"], text: "both, walks or look-around" },
  mmBits: { allowed: ["on", "off"], text: "on or off" },
  mmMin: { allowed: whole(0, 4096), text: "a number of pages, 0 to 4096" },
  lookaround: {
    allowed: (x) => x === 0 || whole(2, 512)(x),
    text: "0 for off, or 2 to 512 PTEs",
  },
  fd: {
    allowed: ["two-touch", "refs", "refs-hot", "mark", "off"],
    text: "two-touch, refs, refs-hot, mark or off",
  },
  refsWidth: { allowed: whole(0, 3), text: "0 to 3 bits" },
  ages: { allowed: ["list", "flags"], text: "list or flags" },
  young: {
    allowed: ["mark", "touch", "second", "promote", "next"],
    text: "mark, touch, second, promote or next",
  },
  exec: { allowed: ["on", "off"], text: "on or off" },
  workingset: {
    allowed: ["distance", "generations", "generations-4", "off"],
    text: "distance, generations, generations-4 or off",
  },
  refault: { allowed: ["active", "flags", "new"], text: "active, flags or new" },
  tiers: { allowed: ["pid", "pid-wide", "always", "off"], text: "pid, pid-wide, always or off" },
  balance: {
    allowed: ["cost", "tiers", "tier-sums", "swappiness", "oldest", "fixed"],
    text: "cost, tiers, tier-sums, swappiness, oldest or fixed",
  },
  tierGain: { allowed: (x) => x >= 1 && x <= 16, text: "a factor, 1 to 16" },
  tierMin: { allowed: whole(0, 65536), text: "a number of refaults, 0 to 65536" },
  anonShare: { allowed: (x) => x >= 0 && x <= 1, text: "a share of memory, 0 to 1" },
  deactivation: { allowed: ["scan", "implicit"], text: "scan or implicit" },
  insertion: { allowed: ["young", "marked"], text: "young or marked" },
  aging: { allowed: ["spread", "count"], text: "spread or count" },
  budget: { allowed: ["batch", "exact", "abort"], text: "batch, exact or abort" },
  dirty: { allowed: ["activate", "skip", "write"], text: "activate, skip or write" },
  hits: { allowed: ["marked", "told"], text: "marked or told" },
  firstUse: { allowed: ["counts", "forgotten"], text: "counts or forgotten" },
  retry: { allowed: ["on", "off"], text: "on or off" },
  batch: { allowed: whole(1, 64), text: "1 to 64 pages" },
  addBatch: { allowed: whole(1, 63), text: "1 to 63 folios" },
  faultYoung: { allowed: ["on", "off"], text: "on or off" },
  memcgOrder: { allowed: ["tree", "partial", "memcg-lru"], text: "tree, partial or memcg-lru" },
  startPriority: { allowed: ["default", "estimate"], text: "default or estimate" },
  kswapd: { allowed: ["on", "off"], text: "on or off" },
  balanced: { allowed: ["high", "promo"], text: "high or promo" },
  demotion: { allowed: ["on", "off"], text: "on or off" },
  readahead: { allowed: ["off", "kernel", "leap"], text: "off, kernel or leap" },
};

/** What only a cache has, and why a kernel has it not. */
const OF_CACHES: Readonly<Record<string, string>> = {
  admission: "a page that is faulted on must be brought in, whoever goes for it; use mode cache",
};

/** Refuse a switch that there is not, or a value that it cannot have. */
export function checkSwitch(name: string, value: SwitchValue): void {
  if (Object.hasOwn(OF_CACHES, name)) {
    inputError(`refused: ${name}=${value} in a kernel: ${OF_CACHES[name]}`);
  }
  if (!Object.hasOwn(SWITCHES, name)) {
    inputError(`unknown switch: ${name}; one of ${Object.keys(SWITCHES).join(", ")}`);
  }
  const { allowed, text } = SWITCHES[name as keyof Settings];
  const ok =
    typeof allowed === "function"
      ? typeof value === "number" && allowed(value)
      : allowed.includes(`${value}`);
  if (!ok) inputError(`invalid ${name}: ${value}; give ${text}`);
}
