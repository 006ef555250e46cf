import type { PolicySpec } from "../sim/cell.js";
import type { Point } from "./grid.js";

const MGLRU: PolicySpec = { name: "mglru" };
const LRU: PolicySpec = { name: "lru" };

/** MGLRU as the kernel has it, and with one part less, or one part of LRU's instead. */
export const MGLRU_POINTS: Readonly<Record<string, Point>> = {
  MGLRU: { policy: MGLRU, base: "MGLRU", text: "all mechanisms, as in 6.12" },
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
  "MGLRU − non-leaf": {
    policy: MGLRU,
    set: { nonleaf: "off" },
    base: "MGLRU",
    text: "walks do not look at non-leaf accessed bits",
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
  LRU: { policy: LRU, base: "LRU", text: "active and inactive lists, as in 6.12" },
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
};

/** All named points of the ablation, bases first in each family. */
export const POINTS: Readonly<Record<string, Point>> = { ...MGLRU_POINTS, ...LRU_POINTS };
