/* What `reclaim-lab validate` prints: tables of fixed width. */

import { quantile } from "../stats/rank.js";
import { COMPARED, type Comparison, type Outcome, rangeError, rangeOf } from "../validate/compare.js";
import type { Setting } from "../validate/measured.js";
import type { Sign } from "../validate/signs.js";
import { unforeseen } from "../validate/summary.js";
import type { Validation } from "../validate/validate.js";
import type { MachineRow } from "../validate/whole-machine.js";

/** Most lines of a list of exceptions. */
const MOST = 40;

/** A setting in a few words: what is as usual is left out. */
export function settingText(setting: Omit<Setting, "mode"> & { readonly mode?: number }): string {
  const { kernel, workload, mode, limit, swap, swappiness, opts, checkpoints, pages, seed } = setting;
  const parts = [kernel, ...(mode === undefined ? [] : [`m${mode}`]), workload, `${limit}`];
  if (swap === "disk") parts.push("disk");
  if (swappiness !== 60) parts.push(`swappiness=${swappiness}`);
  if (opts !== "") parts.push(opts);
  if (checkpoints !== 10) parts.push(`ck=${checkpoints}`);
  if (pages !== 16384 || seed !== 12345) parts.push(`N=${pages} seed=${seed}`);
  return parts.join(" ");
}

/** A share in per cent: +1.23, 0 inside the range. */
function percent(share: number, signed = true): string {
  if (!Number.isFinite(share)) return Number.isNaN(share) ? "-" : "inf";
  const value = 100 * share;
  const text = value.toFixed(Math.abs(value) < 9.995 ? 2 : 1);
  return share === 0 ? "0" : signed && value > 0 ? `+${text}` : text;
}

/** Columns padded to their widest cell; all but the first stand to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "),
    )
    .map((line) => line.trimEnd())
    .join("\n");
}

/** A line a cell: the error of each counter in per cent, in brackets where too few events count. */
export function cellLines(rows: readonly Comparison[]): string {
  const counters = Object.keys(COMPARED);
  const byCell = new Map<string, Map<string, Comparison>>();
  for (const row of rows) {
    const name = settingText(row);
    byCell.set(name, (byCell.get(name) ?? new Map()).set(row.counter, row));
  }
  const cell = (row: Comparison | undefined): string => {
    if (row === undefined || (row.high === 0 && row.predicted === 0)) return "";
    return row.counts ? percent(row.error) : `(${percent(row.error)})`;
  };
  const lines = [...byCell].map(([name, found]) => [
    name,
    `${Math.max(...[...found.values()].map((row) => row.runs))}`,
    ...counters.map((counter) => cell(found.get(counter))),
  ]);
  return table([["error in % of the nearer end of the range", "runs", ...counters], ...lines]);
}

/** Every counter that kernel and model share, for one cell. */
export function cellTable({ cell, predicted }: Outcome): string {
  const runs = cell.runs.map((run) => run.counters);
  const found = predicted.result?.counters ?? {};
  const shared = Object.keys(found).filter((name) => rangeOf(runs, name) !== undefined);
  const rows = shared.map((name) => {
    const { low, high } = rangeOf(runs, name)!;
    const real = low === high ? `${low}` : `${low}..${high}`;
    return [name, real, `${found[name]}`, percent(rangeError(low, high, found[name]!))];
  });
  const status = `${cell.runs.map((run) => run.status).join(" ")} | ${predicted.error ?? predicted.result?.status}`;
  return table([
    [settingText(cell.setting), `${cell.runs.length} real`, "predicted", "error %"],
    ["status", status, "", ""],
    ...rows,
  ]);
}

/** The course of one cell: counters since the start at each checkpoint, real | predicted. */
export function courseTable({ cell, predicted }: Outcome): string {
  const counters = ["majflt", "workingset_refault", "pgscan", "pgactivate", "pgdeactivate"];
  const lines = (predicted.result?.checkpoints ?? []).flatMap((found) => {
    const measured = cell.checkpoints.get(found.nr_record!);
    if (measured === undefined) return [];
    const cells = counters.map((name) => {
      const range = rangeOf(measured, name);
      const real =
        range === undefined ? "-" : range.low === range.high ? `${range.low}` : `${range.low}..${range.high}`;
      return `${real} | ${found[name]}`;
    });
    return [[`${found.nr_record}`, ...cells]];
  });
  return lines.length === 0
    ? ""
    : table([["accesses", ...counters.map((name) => `${name}: real | predicted`)], ...lines]);
}

/** Everything but the cells. */
export function summaryText(found: Validation): string {
  const several = found.summary.some(({ kernel }) => kernel === "all");
  const targets = found.summary.map((row) => [
    row.kernel === "all" || !several ? row.group : `  ${row.kernel}`,
    `${row.nr}`,
    ...[row.median, row.p90, row.max].map((share) => percent(share, false)),
    `${percent(row.targetMedian, false)} / ${row.targetP90 === null ? "-" : percent(row.targetP90, false)}`,
    row.nr === 0 ? "-" : row.met ? "met" : "NOT MET",
  ]);
  const ranks = found.ranks.map(
    (row) => `${row.kernel} ${row.correlation.toFixed(4)} (${row.counter}, ${row.cells} cells)`,
  );
  const course = found.course.map(
    (row) =>
      `${row.counter} median ${percent(row.median, false)} %, p90 ${percent(row.p90, false)} % (${row.nr} points)`,
  );
  const more = found.rows
    .filter((row) => row.counts && row.counter === "pgdeactivate")
    .map((row) => Math.abs(row.error));
  return [
    table([
      ["errors in %, counters above 1,000 events", "n", "median", "p90", "max", "target", ""],
      ...targets,
    ]),
    `pgdeactivate, no target: n ${more.length}, median ${percent(quantile(more, 0.5), false)}, p90 ${percent(quantile(more, 0.9), false)}`,
    signText(found.signs),
    `rank correlation: ${ranks.join("; ") || "no cells"}`,
    `checkpoints: ${course.join("; ") || "none measured"}`,
    list(
      "predicted above 1,000 events where the kernel had fewer:",
      unforeseen(found.rows).map(
        (row) => `${settingText(row)}  ${row.counter} ${row.low}..${row.high}, predicted ${row.predicted}`,
      ),
    ),
    list(
      "not compared (real | predicted):",
      found.unfinished.map((cell) => `${settingText(cell)}  ${cell.real} | ${cell.predicted}`),
    ),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function signText(signs: readonly Sign[]): string {
  const wrong = signs.filter((sign) => !sign.agrees);
  const share = (from: (sign: Sign) => boolean): string => {
    const chosen = signs.filter(from);
    return `${chosen.filter((sign) => sign.agrees).length}/${chosen.length}`;
  };
  const head =
    `signs of differences above twice the noise: ${share(() => true)} agree ` +
    `(LRU to MGLRU ${share((sign) => sign.from === 0)}, enabled bits ${share((sign) => sign.from !== 0)})`;
  if (wrong.length === 0) return head;
  return list(
    `${head}; these do not:`,
    wrong.map(
      (sign) =>
        `${settingText(sign)}  ${sign.from} -> ${sign.to} ${sign.counter}: real ${sign.real} (noise ${sign.noise.toFixed(0)}), predicted ${sign.predicted}`,
    ),
  );
}

function list(head: string, lines: readonly string[]): string {
  if (lines.length === 0) return "";
  const shown = lines.slice(0, MOST).map((line) => `  ${line}`);
  if (lines.length > MOST) shown.push(`  and ${lines.length - MOST} more (--json has all)`);
  return [head, ...shown].join("\n");
}

/** Machines without a memory limit: a line each; the error of each counter in per cent, in brackets where too few events count. */
export function machineTable(rows: readonly MachineRow[]): string {
  const counters = [...new Set(rows.map((row) => row.counter))];
  const byMachine = new Map<string, Map<string, MachineRow>>();
  for (const row of rows) {
    const name = `${row.machine} ${row.workload} m${row.mode}`;
    byMachine.set(name, (byMachine.get(name) ?? new Map()).set(row.counter, row));
  }
  const cell = (row: MachineRow | undefined): string =>
    row === undefined ? "" : row.counts ? percent(row.error) : `(${percent(row.error)})`;
  const errors = (counter: string): number[] =>
    rows.filter((row) => row.counts && row.counter === counter).map((row) => Math.abs(row.error));
  return [
    table([
      ["errors in %, distance to the range of 2 runs", ...counters.map((name) => name.replace("vm_", ""))],
      ...[...byMachine].map(([name, found]) => [
        name,
        ...counters.map((counter) => cell(found.get(counter))),
      ]),
      ["median", ...counters.map((counter) => percent(quantile(errors(counter), 0.5), false))],
    ]),
    "pgscan, pgsteal: kswapd and direct together. How they share the CPU is not modelled beyond a rule (lib/reclaim/kswapd.ts).",
  ].join("\n");
}
