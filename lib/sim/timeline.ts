/*
 * The state of a machine over time: one row a sample, plain numbers, read and never changed.
 *
 *   nr_record, nr_access         done so far
 *   mem_current, swap_used       pages charged to the memcg, swap slots in use
 *   inactive_anon ... active_file   pages listed, as in memory.stat
 *   anon_gen0, file_gen0, ...    pages of a policy with generations, by age: gen0 is the youngest (max_seq)
 *   anon_class0, ...             pages of any other policy by class; class0, ... if both types share the lists
 *   max_seq, min_seq_anon, min_seq_file   the generation clock
 *   anon_tier0_refaulted, anon_tier0_total, anon_tier_limit, ...   what the tier controller knows, and the highest tier that it evicts
 *   window_...                   what happened since the sample before: window_nr_record records, window_pgscan pages, ...
 *
 * It asks mechanisms and lists, no policy, so every policy has one. With several memcgs or nodes, the columns of a lruvec begin with
 * its name: "batch.inactive_anon", on the second node "batch.node1.inactive_anon".
 */

import { MAX_NR_TIERS } from "../mechanisms/tiers.js";
import { ANON, FILE, type MemType } from "../mm/folio.js";
import type { Lruvec } from "../mm/lruvec.js";
import type { Counter } from "../mm/vmstat.js";
import type { Core } from "../reclaim/core.js";
import { nrAccesses } from "../trace/totals.js";
import type { Trace } from "../trace/trace.js";
import { inputError } from "../util/error.js";

/** Most samples of a cell. */
export const MOST_SAMPLES = 10_000;

/** Counters of which a sample tells how much there was since the last. */
const WINDOW: readonly Counter[] = [
  "pgfault",
  "pgmajfault",
  "nr_alloc",
  "pgscan",
  "pgsteal",
  "pgrefill",
  "pgactivate",
  "pgdeactivate",
  "workingset_refault_anon",
  "workingset_refault_file",
  "pswpin",
  "pswpout",
  "rmap_walk",
  "walk_pte",
  "tier_protected",
];

const TYPES: readonly (readonly [string, MemType])[] = [
  ["anon", ANON],
  ["file", FILE],
];

/** @throws InputError for a number of samples that is none. */
export function checkSamples(samples: number): number {
  if (Number.isInteger(samples) && samples >= 0 && samples <= MOST_SAMPLES) return samples;
  inputError(`invalid timeline: ${samples}; give a number of samples from 0 to ${MOST_SAMPLES}`);
}

/** Collects the samples of one replay. */
export class Timeline {
  readonly rows: Record<string, number>[] = [];
  private readonly before = new Float64Array(WINDOW.length);
  private replayed = 0;

  constructor(
    private readonly core: Core,
    private readonly trace: Pick<Trace, "counts">,
  ) {}

  /** Take a sample. @param replayed - Records done so far. */
  sample(replayed: number): void {
    const { core } = this;
    const inWindow = replayed - this.replayed;
    this.replayed = replayed;
    const row: Record<string, number> = {
      nr_record: replayed,
      nr_access: nrAccesses(this.trace, replayed),
      mem_current: core.memcg.usage,
      swap_used: core.swap.used,
    };
    addLists(row, core);
    addTiers(row, core);
    row.window_nr_record = inWindow;
    for (const [i, name] of WINDOW.entries()) {
      row[`window_${name}`] = core.stat[name] - this.before[i]!;
      this.before[i] = core.stat[name];
    }
    this.rows.push(row);
  }
}

function addLists(row: Record<string, number>, core: Core): void {
  const alone = core.lruvecs.length === 1;
  for (const lruvec of core.lruvecs) {
    const node = lruvec.node === 0 ? "" : `node${lruvec.node}.`;
    addLruvec(row, core, lruvec, alone ? "" : `${lruvec.memcg.name}.${node}`);
  }
}

function addLruvec(row: Record<string, number>, core: Core, lruvec: Lruvec, prefix: string): void {
  if (prefix !== "") row[`${prefix}mem_current`] = lruvec.memcg.usage;
  const [inactiveAnon, activeAnon, inactiveFile, activeFile] = lruvec.size;
  row[`${prefix}inactive_anon`] = inactiveAnon!;
  row[`${prefix}active_anon`] = activeAnon!;
  row[`${prefix}inactive_file`] = inactiveFile!;
  row[`${prefix}active_file`] = activeFile!;
  const { lists } = core.attached[lruvec.id]!;
  const { maxSeq, minSeq } = lruvec.clock;
  if (lists?.mixed === true) {
    for (let i = 0; i < lists.nrClasses; i++) row[`${prefix}class${i}`] = lists.size(ANON, i);
  } else if (lists !== null) {
    const rings = core.hasGenerations(lruvec);
    for (const [name, type] of TYPES) {
      for (let i = 0; i < lists.nrClasses; i++) {
        const seq = maxSeq - i;
        if (!rings) row[`${prefix}${name}_class${i}`] = lists.size(type, i);
        else
          row[`${prefix}${name}_gen${i}`] = seq < minSeq[type]! ? 0 : lists.size(type, seq % lists.nrClasses);
      }
    }
  }
  row[`${prefix}max_seq`] = maxSeq;
  row[`${prefix}min_seq_anon`] = minSeq[ANON]!;
  row[`${prefix}min_seq_file`] = minSeq[FILE]!;
}

function addTiers(row: Record<string, number>, { mechanisms: { tiers } }: Core): void {
  for (const [name, type] of TYPES) {
    let limit = 0;
    for (let tier = 0; tier < MAX_NR_TIERS; tier++) {
      const { refaulted, total, evictable } = tiers.stateOf(type, tier);
      row[`${name}_tier${tier}_refaulted`] = refaulted;
      row[`${name}_tier${tier}_total`] = total;
      if (evictable) limit = tier;
    }
    row[`${name}_tier_limit`] = limit;
  }
}
