import type { PolicySpec } from "../sim/cell.js";
import type { Point } from "./grid.js";

const MGLRU: PolicySpec = { name: "mglru" };
const LRU: PolicySpec = { name: "lru" };

/** MGLRU as the kernel has it, and with one part less, or one part of LRU's instead. */
export const MGLRU_POINTS: Readonly<Record<string, Point>> = {
  MGLRU: { policy: MGLRU, base: "MGLRU", text: "all mechanisms, as in the kernel of the profile" },
  "MGLRU − Bloom": {
    policy: MGLRU,
    set: { filter: "off" },
    base: "MGLRU",
    text: "a walk visits every table whose non-leaf accessed bit is set",
  },
  "MGLRU, exact filter": {
    policy: MGLRU,
    set: { filter: "exact" },
    base: "MGLRU",
    text: "the Bloom filter without its false positives",
  },
  "MGLRU, walks feed the filter": {
    policy: MGLRU,
    set: { feeders: "walks" },
    base: "MGLRU",
    text: "the filter holds what walks found dense; look-around adds nothing to it",
  },
  "MGLRU, look-around feeds the filter": {
    policy: MGLRU,
    set: { feeders: "look-around" },
    base: "MGLRU",
    text: "the filter holds what look-around found dense; walks carry nothing over",
  },
  "MGLRU − non-leaf": {
    policy: MGLRU,
    set: { nonleaf: "off" },
    base: "MGLRU",
    text: "walks do not look at non-leaf accessed bits",
  },
  "MGLRU − mm bits": {
    policy: MGLRU,
    set: { mmBits: "off" },
    base: "MGLRU",
    text: "walks visit processes that have not run since the last walk, too",
  },
  "MGLRU − look-around": {
    policy: MGLRU,
    set: { lookaround: 0 },
    base: "MGLRU",
    text: "neighbours of a young victim are not read; the filter is fed by walks alone",
  },
  "MGLRU − look-around − Bloom": {
    policy: MGLRU,
    set: { lookaround: 0, filter: "off" },
    base: "MGLRU",
    text: "no look-around, and a walk visits every accessed table",
  },
  "MGLRU − walk": {
    policy: MGLRU,
    set: { walk: "off" },
    base: "MGLRU",
    text: "aging starts generations without walking page tables",
  },
  "MGLRU − tiers": {
    policy: MGLRU,
    set: { tiers: "off" },
    base: "MGLRU",
    text: "no tier is protected; the controller still chooses between anon and file",
  },
  "MGLRU − tiers − PID": {
    policy: MGLRU,
    set: { tiers: "off", balance: "swappiness" },
    base: "MGLRU",
    text: "no tier is protected, and on equal age swappiness chooses the type",
  },
  "MGLRU − flag ages": {
    policy: MGLRU,
    set: { ages: "list" },
    base: "MGLRU",
    text: "what a walk finds young is moved under lru_lock",
  },
  "MGLRU − exec rule": {
    policy: MGLRU,
    set: { exec: "off" },
    base: "MGLRU",
    text: "executable pages are like any other",
  },
  "MGLRU, 2 generations": {
    policy: { ...MGLRU, options: { gens: 2, minGens: 1 } },
    base: "MGLRU",
    text: "two generations, one of them evictable",
  },
  "MGLRU + refault distance": {
    policy: MGLRU,
    set: { workingset: "distance" },
    base: "MGLRU",
    text: "a refault is judged by LRU's distance and enters the youngest generation if recent",
  },
  "MGLRU + cost balance": {
    policy: MGLRU,
    set: { balance: "cost" },
    base: "MGLRU",
    text: "on equal age LRU's cost model chooses the type",
  },
};

/** Traditional LRU, and with one part of MGLRU more. */
export const LRU_POINTS: Readonly<Record<string, Point>> = {
  LRU: { policy: LRU, base: "LRU", text: "active and inactive lists, as in the kernel of the profile" },
  "LRU + walk": {
    policy: LRU,
    set: { walk: "on" },
    base: "LRU",
    text: "page tables are walked each time half of memory has been scanned; young in two walks: active",
  },
  "LRU + walk, marks only": {
    policy: LRU,
    set: { walk: "on", young: "mark" },
    base: "LRU",
    text: "the same walk, but what it finds young only counts at the tail",
  },
  "LRU, walk for rmap": {
    policy: LRU,
    set: { walk: "on", references: "flags" },
    base: "LRU",
    text: "what walks find young is all that is known: no reverse-map walk, at the tail or in the active scan",
  },
  "LRU + look-around": {
    policy: LRU,
    set: { lookaround: 64 },
    base: "LRU",
    text: "neighbours of a young candidate are read, too; young twice: active",
  },
  "LRU + Bloom + walk": {
    policy: LRU,
    set: { walk: "on", filter: "bloom" },
    base: "LRU",
    text: "the walk is confined to tables that were dense in the walk before",
  },
  "LRU + look-around + Bloom + walk": {
    policy: LRU,
    set: { walk: "on", filter: "bloom", lookaround: 64 },
    base: "LRU",
    text: "walks restricted to tables that a walk or look-around found dense",
  },
  "LRU + flag ages": {
    policy: LRU,
    set: { ages: "flags" },
    base: "LRU",
    text: "promotion of a listed page writes a flag (flag_update, not pgactivate); eviction sorts it later",
  },
  "LRU + tiers": {
    policy: LRU,
    set: { fd: "refs", tiers: "pid" },
    base: "LRU",
    text: "reads are counted instead of activating; tiers that refault get another lap",
  },
  "LRU, 4 classes": {
    policy: { ...LRU, options: { classes: 4 } },
    base: "LRU",
    text: "a chain of four lists instead of two",
  },
  "LRU + PID balance": {
    policy: LRU,
    set: { balance: "tiers" },
    base: "LRU",
    text: "anon or file by refault rates of tier 0 instead of the cost model",
  },
  "LRU + generation window": {
    policy: LRU,
    set: { workingset: "generations" },
    base: "LRU",
    text: "a refault is recent if a quarter of memory has not been evicted since",
  },
  "LRU − exec rule": {
    policy: LRU,
    set: { exec: "off" },
    base: "LRU",
    text: "executable pages need a second use and lose their stay on the active list, like any other",
  },
};

/** What 7.3 does otherwise, one change at a time, each with what 6.12 or 6.1 does in all else. */
const CHANGES: Readonly<Record<string, Required<Pick<Point, "set" | "text">>>> = {
  "hot counts": { set: { fd: "refs-hot" }, text: "reads beyond counting make a page hot, and it stays so" },
  "second touch": {
    set: { young: "second" },
    text: "one young PTE marks, the second promotes, one is enough for what was hot",
  },
  "marked insertion": {
    set: { insertion: "marked" },
    text: "a page that was faulted in starts near the oldest generations, unless it was hot",
  },
  "aging by count": {
    set: { aging: "count" },
    text: "a new generation when too few are left, however pages spread",
  },
  "gains 2:3": {
    set: { tiers: "pid-wide" },
    text: "a tier is protected if it refaults 3/2 as often, not twice",
  },
  "tier sums": {
    set: { balance: "tier-sums" },
    text: "anon or file by the refaults of all tiers, not by age",
  },
  "window of 4": {
    set: { workingset: "generations-4" },
    text: "refaults from the last four generations are recent",
  },
  "exact budget": { set: { budget: "exact" }, text: "a pass evicts its share and no more" },
  "dirty offered": {
    set: { dirty: "activate" },
    text: "dirty file pages are offered and put back as active; 6.12 does so, 6.1 passes them over",
  },
};

/** MGLRU, with one change of 7.3, and with all. For the profiles 6.1 and 6.12: in 7.3 they change nothing. */
export const CHANGE_POINTS: Readonly<Record<string, Point>> = {
  MGLRU: MGLRU_POINTS.MGLRU!,
  ...Object.fromEntries(
    Object.entries(CHANGES).map(([name, { set, text }]) => [
      `MGLRU + ${name}`,
      { policy: MGLRU, set, base: "MGLRU", text },
    ]),
  ),
  "MGLRU + all of 7.3": {
    policy: MGLRU,
    set: Object.assign({}, ...Object.values(CHANGES).map(({ set }) => set)),
    base: "MGLRU",
    text: "all of these changes together",
  },
};

/** The named points of the ablation, bases first in each family. */
export const POINTS: Readonly<Record<string, Point>> = { ...MGLRU_POINTS, ...LRU_POINTS };
