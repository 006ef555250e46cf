import { inputError } from "../util/error.js";
import type { Design, DesignSize } from "./design.js";
import type { Factor, PolicyChoice, Switches } from "./factor.js";
import { type AliasStructure, letterOf } from "./fraction.js";

/** What an estimate of the time rests on. */
export interface Pace {
  /**
   * Nanoseconds that a trace record (a visit of a page, of however many accesses) takes on one worker: one figure,
   * or one for each trace. Faults dominate it: a trace that refaults much is ten times as slow as one that does not.
   */
  readonly nsPerVisit: number | Readonly<Record<string, number>>;
  /** Workers at a time. Default: 1. */
  readonly workers?: number;
}

/**
 * Seconds that a design takes if nothing of it is kept: visits of distinct cells, shared by the workers.
 * @throws InputError for a trace without a figure.
 */
export function estimateSeconds(
  { visits }: Pick<DesignSize, "visits">,
  { nsPerVisit, workers = 1 }: Pace,
): number {
  let ns = 0;
  for (const [trace, nr] of Object.entries(visits)) {
    const each = typeof nsPerVisit === "number" ? nsPerVisit : nsPerVisit[trace];
    if (each === undefined || !(each >= 0)) {
      inputError(`no time of a visit: ${each} (nsPerVisit, trace ${trace}); give nanoseconds`);
    }
    ns += nr * each;
  }
  return ns / 1e9 / workers;
}

/** Most reasons, and points of a reason, that are spelled out. */
const MAX_SHOWN = 12;

/**
 * A design in words, before it runs: its size, its factors, what a fraction confuses, which cells are invalid and
 * why, and with a pace how long it will take.
 *
 * @example
 * full: 3 factors, 8 points x 2 traces x 2 memory = 32 cells, 24 of them distinct
 *   A  walk       walk=off | walk=on
 *   B  filter     filter=off | filter=bloom, needs walk
 *   C  balance    balance=cost | balance=tiers
 * no invalid cells
 * 57,000,000 page visits to replay: about 5 s at 170 ns a visit on 2 workers
 */
export function describeDesign(design: Design, pace?: Pace): string {
  const { size, kind, mechanisms } = design;
  const product = [
    many(size.points, "point"),
    many(size.traces, "trace"),
    `${size.memory} memory`,
    ...(size.profiles > 1 ? [`${size.profiles} profiles`] : []),
    ...(size.swaps > 1 ? [`${size.swaps} swap devices`] : []),
    ...(size.swappiness > 1 ? [`${size.swappiness} swappiness`] : []),
    ...(size.seeds > 1 ? [`${size.seeds} seeds`] : []),
  ].join(" x ");
  const total = size.cells + size.invalid;
  const runs = size.invalid === 0 ? "" : `, ${count(size.cells)} can run`;
  const same = size.distinct === size.cells ? "" : `, ${count(size.distinct)} of them distinct`;
  return [
    `${kind}: ${many(mechanisms.length, "factor")}, ${product} = ${count(total)} cells${runs}${same}`,
    ...mechanisms.map((factor, i) => `  ${letterOf(i)}  ${factorText(factor)}`),
    ...(design.alias === undefined ? [] : aliasText(design.alias)),
    ...invalidText(design),
    timeText(size, pace),
  ].join("\n");
}

function factorText({ name, off, on, policy, needs = [] }: Factor): string {
  const side = (switches: Switches, own: PolicyChoice | undefined): string =>
    [
      ...(own === undefined ? [] : [`policy ${typeof own === "string" ? own : own.name}`]),
      ...Object.entries(switches).map(([key, value]) => `${key}=${value}`),
    ].join(" ");
  const needed = needs.map((need) => [need].flat().join(" or ")).join(" and ");
  return `${name}: ${side(off, policy?.off)} | ${side(on, policy?.on)}${needed === "" ? "" : `, needs ${needed}`}`;
}

function aliasText({ generators, definingRelation, resolution, aliases }: AliasStructure): string[] {
  if (generators.length === 0) return ["no generators: the full factorial"];
  return [
    `generators ${generators.join(", ")}; resolution ${roman(resolution)}; I = ${definingRelation.join(" = ")}`,
    aliases.length === 0
      ? "main effects and two-way interactions are not confused with each other"
      : `not told apart (up to two-way): ${aliases.map((set) => set.join(" = ")).join("; ")}`,
  ];
}

/** Invalid cells by reason, in lines. */
export function invalidText({ invalid }: Pick<Design, "invalid">): string[] {
  if (invalid.length === 0) return ["no invalid cells"];
  const byReason = new Map<string, string[]>();
  for (const { labels, reason } of invalid) {
    byReason.set(reason, [...(byReason.get(reason) ?? []), labels.point]);
  }
  const lines = [...byReason].map(([reason, points]) => {
    const names = [...new Set(points)];
    const more = names.length > MAX_SHOWN ? `, and ${names.length - MAX_SHOWN} more` : "";
    return `  ${count(points.length)} of ${names.slice(0, MAX_SHOWN).join(", ")}${more}: ${reason}`;
  });
  const rest = lines.length - MAX_SHOWN;
  return [
    `${count(invalid.length)} invalid cells:`,
    ...lines.slice(0, MAX_SHOWN),
    ...(rest > 0 ? [`  and ${rest} reasons more: design.invalid lists all`] : []),
  ];
}

function timeText(size: DesignSize, pace: Pace | undefined): string {
  const visits = `${count(Object.values(size.visits).reduce((sum, nr) => sum + nr, 0))} page visits to replay`;
  if (pace === undefined) return visits;
  const seconds = estimateSeconds(size, pace);
  const time = seconds < 120 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
  const { nsPerVisit, workers = 1 } = pace;
  const basis = typeof nsPerVisit === "number" ? `at ${nsPerVisit} ns a visit` : "at each trace's pace";
  return `${visits}: about ${time} ${basis} on ${workers} worker${workers === 1 ? "" : "s"}`;
}

const many = (nr: number, what: string): string => `${count(nr)} ${what}${nr === 1 ? "" : "s"}`;

const count = (nr: number): string => nr.toLocaleString("en-US");

function roman(nr: number): string {
  const numerals = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"];
  return numerals[nr] ?? String(nr);
}
