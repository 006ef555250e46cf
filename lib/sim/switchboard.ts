/*
 * The switchboard: from a policy's own mechanisms and the switches that an experiment turns, to what goes into
 * the slots. A combination that means nothing is refused, with the reason; a part that a switch has made
 * pointless, without anybody asking for it, is taken out silently (no walk: no filter either).
 */
import { PLAIN, type Settings } from "../mechanisms/settings.js";
import type { Policy } from "../reclaim/ops.js";
import { inputError } from "../util/error.js";
import type { SwitchValue } from "./cell.js";
import { profile as kernelProfile } from "./profiles.js";
import { checkSwitch } from "./switches.js";

/** What of a machine decides whether a switch means anything. */
export interface MachineFacts {
  /** Memcgs, the root included. */
  readonly memcgs: number;
  /** Nodes of memory that can fill; 0 if memory is endless and only memcgs have limits. */
  readonly nodes: number;
}

const LONE: MachineFacts = { memcgs: 1, nodes: 0 };

/** What goes into the slots for a policy with these switches. */
export function resolveSettings(
  policy: Policy,
  set: Readonly<Record<string, SwitchValue>>,
  profile: string = "6.12",
  facts: MachineFacts = LONE,
): Settings {
  const born = typeof policy.mechanisms === "function" ? policy.mechanisms(profile) : policy.mechanisms;
  for (const [name, value] of Object.entries(set)) checkSwitch(name, value);
  const { memcgOrder, batchSize: addBatch } = kernelProfile(profile);
  const wanted = { ...PLAIN, memcgOrder, addBatch, ...born, ...set } as Wanted;
  const asked = (name: keyof Settings): boolean => name in set;

  settleHits(wanted, asked);
  settleDetectors(wanted, asked);
  settleFeeders(wanted, asked);
  const found = wanted.walk === "on" || wanted.lookaround > 0;
  const climbs = wanted.young === "next" && Number(policy.options?.classes ?? 0) > 2; // the tail promotes by one class, too
  if (asked("young") && !found && !climbs) {
    refuse(`young=${wanted.young} without walk and look-around`, "nothing would be found young; set walk=on");
  }
  if (asked("ages") && wanted.ages === "flags" && !found && wanted.fd !== "two-touch") {
    refuse("ages=flags with nothing to promote", "set walk=on, lookaround or fd=two-touch");
  }
  if (wanted.tiers !== "off" && wanted.fd !== "refs" && wanted.fd !== "refs-hot") {
    if (asked("tiers")) {
      refuse(`tiers=${wanted.tiers} with fd=${wanted.fd}`, "tiers are made of counted reads; set fd=refs");
    }
    wanted.tiers = "off";
  }
  settleMachine(wanted, asked, facts);
  settleCounts(wanted, asked);
  settleRefaults(wanted, asked);
  if (wanted.balance === "oldest" && !policy.asks.includes("aging")) {
    refuse(`balance=oldest with policy ${policy.name}`, "its lists have no age; set balance=swappiness");
  }
  if (wanted.balance !== "fixed") {
    if (asked("anonShare") && wanted.anonShare !== PLAIN.anonShare) {
      refuse(`anonShare=${wanted.anonShare} with balance=${wanted.balance}`, "set balance=fixed");
    }
    wanted.anonShare = PLAIN.anonShare;
  }
  for (const slot of Object.keys(NEVER_ASKED) as (keyof typeof NEVER_ASKED)[]) {
    if (asked(slot) && neverAsked(slot, policy) && wanted[slot] !== PLAIN[slot]) {
      refuse(`${slot}=${wanted[slot]} with policy ${policy.name}`, NEVER_ASKED[slot]);
    }
  }
  return wanted;
}

type Wanted = { -readonly [K in keyof Settings]: Settings[K] };
type Asked = (name: keyof Settings) => boolean;

/** Walk, filter and look-around need each other, and what finds young pages must leave what the check reads. */
function settleDetectors(wanted: Wanted, asked: Asked): void {
  if (wanted.references === "off" && wanted.walk === "off") {
    settle(wanted, asked, "firstUse", "with references=off and walk=off", "no bit is looked at");
  }
  if (wanted.walk === "off") {
    if (asked("filter") && wanted.filter !== "off") {
      refuse(
        `filter=${wanted.filter} without walk`,
        "a filter only chooses which tables a walk visits; set walk=on",
      );
    }
    if (asked("nonleaf") && wanted.nonleaf === "on") {
      refuse("nonleaf=on without walk", "non-leaf accessed bits are read by the walk only; set walk=on");
    }
    if (asked("walkEvery")) refuse(`walkEvery=${wanted.walkEvery} without walk`, "set walk=on");
    if (asked("mmBits") && wanted.mmBits === "off") {
      refuse("mmBits=off without walk", "they only tell a walk which processes to pass over; set walk=on");
    }
    if (asked("mmMin") && wanted.mmMin !== PLAIN.mmMin) {
      refuse(
        `mmMin=${wanted.mmMin} without walk`,
        "it only tells a walk which processes to pass over; set walk=on",
      );
    }
    wanted.filter = "off";
    wanted.nonleaf = "off";
    wanted.mmBits = PLAIN.mmBits;
    wanted.mmMin = PLAIN.mmMin;
  }
  if (wanted.references !== "rmap" && wanted.lookaround > 0) {
    if (asked("lookaround")) {
      refuse(
        `lookaround=${wanted.lookaround} with references=${wanted.references}`,
        "look-around starts from the PTE that the reverse map found; set references=rmap",
      );
    }
    wanted.lookaround = 0;
  }
  if (wanted.references === "flags" && wanted.walk === "off") {
    refuse(
      "references=flags without walk",
      "nothing would ever set the flag; set walk=on or references=rmap",
    );
  }
  if (wanted.references === "flags" && (wanted.young === "promote" || wanted.young === "next")) {
    refuse(
      `references=flags with young=${wanted.young}`,
      "a walk that promotes leaves no mark for the check; set young=mark or touch",
    );
  }
}

/** What a machine does not have needs no rule: as in a plain machine, or refused. */
function settleMachine(wanted: Wanted, asked: Asked, { memcgs, nodes }: MachineFacts): void {
  if (memcgs < 2) {
    const why = "there is nothing to order; give machine.memcgs";
    settle(wanted, asked, "memcgOrder", "with one memcg", why);
  } else if (nodes === 0 && wanted.memcgOrder === "memcg-lru") {
    const why = "it orders memcgs when all of memory is short; give machine.memory";
    settle(wanted, asked, "memcgOrder", "with endless memory", why);
  }
  if (nodes === 0) {
    const why = "only a shortage of all memory asks for it; give machine.memory";
    for (const name of ["startPriority", "kswapd", "balanced"] as const) {
      settle(wanted, asked, name, "with endless memory", why);
    }
  }
  if (nodes < 2) {
    const why = "there is no slower node; give two machine.memory.nodes";
    settle(wanted, asked, "demotion", "with fewer than two nodes", why);
  }
}

/** Set what is pointless to what it is in a plain machine, or refuse it if somebody asked for something else. */
function settle<K extends keyof Settings>(
  wanted: Wanted,
  asked: Asked,
  name: K,
  where: string,
  why: string,
): void {
  if (asked(name) && wanted[name] !== PLAIN[name]) refuse(`${name}=${wanted[name]} ${where}`, why);
  wanted[name] = PLAIN[name] as Wanted[K];
}

/** Counted reads, and the controller over them. */
function settleCounts(wanted: Wanted, asked: Asked): void {
  const counted = wanted.fd === "refs" || wanted.fd === "refs-hot";
  if (!counted) {
    if (asked("refsWidth") && wanted.refsWidth !== PLAIN.refsWidth) {
      refuse(`refsWidth=${wanted.refsWidth} with fd=${wanted.fd}`, "reads are not counted; set fd=refs");
    }
    wanted.refsWidth = PLAIN.refsWidth;
  }
  if (wanted.tiers !== "pid") {
    if (asked("tierGain") && wanted.tierGain !== PLAIN.tierGain) {
      const why = wanted.tiers === "pid-wide" ? "its gain is 1.5; set tiers=pid" : "set tiers=pid";
      refuse(`tierGain=${wanted.tierGain} with tiers=${wanted.tiers}`, why);
    }
    wanted.tierGain = PLAIN.tierGain;
  }
  if (!wanted.tiers.startsWith("pid") && !wanted.balance.startsWith("tier")) {
    if (asked("tierMin") && wanted.tierMin !== PLAIN.tierMin) {
      refuse(
        `tierMin=${wanted.tierMin} with tiers=${wanted.tiers} and balance=${wanted.balance}`,
        "nobody asks the controller; set tiers=pid or balance=tiers",
      );
    }
    wanted.tierMin = PLAIN.tierMin;
  }
}

/** Where a refault leads: what the mechanism that judges it can say. */
function settleRefaults(wanted: Wanted, asked: Asked): void {
  if (wanted.workingset === "off" && asked("refault") && wanted.refault !== PLAIN.refault) {
    refuse(
      `refault=${wanted.refault} with workingset=off`,
      "no refault means anything; set workingset=distance",
    );
  }
  if (!asked("refault")) {
    if (!wanted.workingset.startsWith("generations")) wanted.refault = PLAIN.refault;
  } else if (wanted.refault === "flags" && !wanted.fd.startsWith("refs")) {
    refuse(`refault=flags with fd=${wanted.fd}`, "the flags are counts of reads; set fd=refs");
  }
}

/** What feeds a filter needs a filter, and a feeder that is there. */
function settleFeeders(wanted: Wanted, asked: Asked): void {
  if (wanted.feeders === "both") return;
  if (wanted.filter === "off" || wanted.filter === "oracle") {
    if (asked("feeders")) {
      const without = wanted.filter === "off" ? "without filter" : "with filter=oracle";
      refuse(`feeders=${wanted.feeders} ${without}`, "there is nothing to feed; set filter=bloom");
    }
    wanted.feeders = "both";
  } else if (wanted.feeders === "look-around" && wanted.lookaround === 0) {
    refuse(
      "feeders=look-around without look-around",
      "no table would ever get into the filter; set lookaround=64",
    );
  }
}

/** Who is told of every access learns nothing from bits and reads: those parts are taken out. */
function settleHits(wanted: Wanted, asked: Asked): void {
  if (wanted.hits !== "told") return;
  for (const part of ["references", "fd"] as const) {
    if (asked(part) && wanted[part] !== "off") {
      refuse(`${part}=${wanted[part]} with hits=told`, "every access is told already; leave it out");
    }
    wanted[part] = "off";
  }
  settle(wanted, asked, "firstUse", "with hits=told", "no bit is looked at");
}

const NEVER_ASKED = {
  hits: "it has no hit hook: it asks for accessed bits when it looks; leave the switch out",
  balance:
    "it keeps anonymous and file folios on one list, so there is nothing to balance; leave the switch out",
  ages: "it has one class, so no folio ever changes its age; leave the switch out",
  young: "it has its own rule for what a walk finds young; leave the switch out",
  deactivation: "it has no active list; use policy lru",
  exec: "it treats executable pages like any other; leave the switch out",
  insertion: "it has no generations to insert into; use policy mglru",
  aging: "it has no generations to age; use policy mglru",
  budget: "its passes are not budgeted over generations; use policy mglru",
} as const;

/** Whether a slot is one that only some policies ask, and this one does not. */
export function neverAsked(slot: keyof Settings, policy: Policy): boolean {
  return slot in NEVER_ASKED && !(policy.asks as readonly string[]).includes(slot);
}

function refuse(what: string, why: string): never {
  inputError(`refused: ${what}: ${why}`);
}
