import type { Point } from "./grid.js";
import { LRU_POINTS, MGLRU_POINTS } from "./points.js";

type Value = Required<Pick<Point, "set" | "text">> & Partial<Pick<Point, "policy">>;

const OF_MGLRU: Readonly<Record<string, Value>> = {
  "exact check": {
    set: { references: "exact" },
    text: "every access since the last check is known at the tail, at no cost; no look-around",
  },
  "oracle filter": {
    set: { filter: "oracle" },
    text: "a walk visits the tables that are dense at that moment, and no other",
  },
  "one generation a hit": {
    set: { young: "next" },
    text: "what is found young moves up by one generation, not to the youngest",
  },
  "refs width 0": { set: { refsWidth: 0 }, text: "of reads only two are told apart: once, or more" },
  "refs width 1": { set: { refsWidth: 1 }, text: "reads are counted up to three" },
  "refs width 3": { set: { refsWidth: 3 }, text: "reads are counted up to nine, in five tiers" },
  "no least refaults": {
    set: { tierMin: 0 },
    text: "tiers are judged from the first refault on, not from the 64th",
  },
  "oldest first": {
    set: { balance: "oldest" },
    text: "the type with the older generation, and on equal age by turns",
  },
  "fixed share": {
    set: { balance: "fixed" },
    text: "half of memory for anonymous pages, whatever reclaiming them costs",
  },
  "refaults as new": {
    set: { refault: "new" },
    text: "a page that comes back is given nothing of what was known of it",
  },
  "refaults active": {
    set: { refault: "active" },
    text: "a recent refault enters the youngest generation, by a read, too",
  },
  "small processes left out": {
    set: { mmMin: 64 },
    text: "walks pass over processes with fewer than 64 pages, as in 6.1",
  },
  "no second try": {
    set: { retry: "off" },
    text: "a candidate that nothing keeps any more waits for another batch",
  },
  "batches of 32": { set: { batch: 32 }, text: "half as many candidates in a batch" },
  "dirty skipped": { set: { dirty: "skip" }, text: "dirty file pages are passed over, as in 6.1" },
  "dirty written": { set: { dirty: "write" }, text: "reclaim writes the dirty file pages that it meets" },
};

const OF_LRU: Readonly<Record<string, Value>> = {
  "exact check": {
    set: { references: "exact" },
    text: "every access since the last check is known at the tail and in the active scan, at no cost",
  },
  "walk for rmap, marks only": {
    set: { walk: "on", references: "flags", young: "mark" },
    text: "what walks find young only counts at the tail, and nothing else does",
  },
  "look-around, marks only": {
    set: { lookaround: 64, young: "mark" },
    text: "neighbours that are found young only count at the tail",
  },
  "oracle filter + walk": {
    set: { walk: "on", filter: "oracle" },
    text: "walks visit the tables that are dense at that moment, and no other",
  },
  "4 classes, one a hit": {
    set: { young: "next" },
    text: "a chain of four lists; a page that proves itself climbs one of them",
    policy: LRU_POINTS["LRU, 4 classes"]!.policy,
  },
  "implicit deactivation": {
    set: { deactivation: "implicit" },
    text: "a class that is too large becomes inactive at once, unseen; accessed bits stay",
  },
  "tiers, refs width 0": {
    set: { fd: "refs", tiers: "pid", refsWidth: 0 },
    text: "tiers of pages read once, and more often",
  },
  "fixed share": {
    set: { balance: "fixed" },
    text: "half of memory for anonymous pages, whatever reclaiming them costs",
  },
  "refaults as new": {
    set: { refault: "new" },
    text: "a page that comes back starts as inactive, however soon",
  },
  "batches of 64": { set: { batch: 64 }, text: "twice as many candidates in a batch" },
  "add batches of 15": { set: { addBatch: 15 }, text: "new pages wait for 15, as in 6.1" },
  "dirty skipped": {
    set: { dirty: "skip" },
    text: "dirty file pages are passed over: another lap on the inactive list",
  },
  "dirty written": {
    set: { dirty: "write" },
    text: "reclaim writes the dirty file pages that it meets, and puts them back as inactive",
  },
};

/** A point for each value, named after its base. */
function against(
  base: string,
  of: Readonly<Record<string, Point>>,
  values: typeof OF_LRU,
): [string, Point][] {
  const { policy } = of[base]!;
  return Object.entries(values).map(([name, value]) => [`${base}, ${name}`, { policy, base, ...value }]);
}

/**
 * Single values of the switches that are neither a kernel's nor off: limits of what a mechanism can be worth, and its sizes.
 * A value that the kernel of the profile has anyhow (`dirty skipped` in 6.1) changes nothing there.
 */
export const VALUE_POINTS: Readonly<Record<string, Point>> = {
  MGLRU: MGLRU_POINTS.MGLRU!,
  ...Object.fromEntries(against("MGLRU", MGLRU_POINTS, OF_MGLRU)),
  LRU: LRU_POINTS.LRU!,
  ...Object.fromEntries(against("LRU", LRU_POINTS, OF_LRU)),
};
