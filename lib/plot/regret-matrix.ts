import { inputError } from "../util/error.js";
import { distinct, type Figure } from "./figure.js";
import { matrixAxes, matrixTrace } from "./matrix.js";
import { axisTitle, baseLayout, INK, SEQUENTIAL, SOFT } from "./theme.js";

/** What a policy costs on a workload against the best policy there, as `regret` finds it. */
export interface RegretRow {
  /** The policy, or another point of a grid. */
  readonly point: string;
  readonly workload: string;
  /** Cost over the least cost: 1 is the best, 1.12 is 12 % worse. Infinity: out of memory. */
  readonly regret: number;
  /** Interval of `regret`. Both or neither. */
  readonly lo?: number;
  readonly hi?: number;
}

/** Options of {@link regretMatrix}. */
export interface RegretMatrixOptions {
  readonly title: string;
  /** What is compared, such as "refaults". */
  readonly measure: string;
  /** Largest regret in colour; larger ones have the same. Default: 2, twice the best. */
  readonly clip?: number;
}

const WORST = "worst";

/**
 * Regret of each policy on each workload, policies by their largest regret, the least first; the last column is that largest regret:
 * what choosing one policy for all costs. Empty where there is none. Intervals stand below the values.
 */
export function regretMatrix(rows: readonly RegretRow[], options: RegretMatrixOptions): Figure {
  if (rows.length === 0) inputError("no rows to plot; run several policies on several workloads first");
  const bad = rows.find(({ regret }) => !(regret >= 1));
  if (bad)
    inputError(
      `regret below 1: ${bad.regret} (${bad.point} on ${bad.workload}); it is a ratio to the best policy there`,
    );
  const limit = (options.clip ?? 2) - 1;
  const workloads = distinct(rows, "workload");
  const worst = new Map<string, RegretRow>();
  for (const row of rows) {
    const known = worst.get(row.point);
    if (known === undefined || row.regret > known.regret) worst.set(row.point, row);
  }
  const policies = distinct(rows, "point").sort(
    (a, b) => rank(worst.get(a)!.regret) - rank(worst.get(b)!.regret),
  );
  const found = new Map(rows.map((row) => [`${row.point}\n${row.workload}`, row]));
  const columns = [...workloads, WORST];
  const cells = <T>(value: (row: RegretRow) => T, none: T | null = null): (T | null)[][] =>
    policies.map((policy) =>
      columns.map((column) => {
        const row = column === WORST ? worst.get(policy) : found.get(`${policy}\n${column}`);
        return row === undefined ? none : value(row);
      }),
    );
  const map = matrixTrace({
    columns,
    rows: policies,
    colour: cells(({ regret }) => Math.min(limit, regret - 1)),
    text: cells((row) => cellText(row, limit), ""),
    about: cells(({ point, workload, regret, lo, hi }) => {
      const interval = lo === undefined || hi === undefined ? "" : ` (${percent(lo)} to ${percent(hi)})`;
      return `${point} on ${workload}: ${percent(regret)}${interval} above the best`;
    }, ""),
    hover: "%{customdata}",
    scale: SEQUENTIAL,
    least: 0,
    most: limit,
    title: axisTitle(`more ${options.measure} than the best`, "%"),
    ticks: { tickformat: ".0%" },
  });
  const layout = baseLayout(options.title, 160 + 38 * policies.length, {
    ...matrixAxes(columns.length, 8),
    shapes: [
      {
        type: "line",
        xref: "x",
        yref: "paper",
        x0: workloads.length - 0.5,
        x1: workloads.length - 0.5,
        y0: 0,
        y1: 1,
        line: { color: INK, width: 1.5 },
      },
    ],
  });
  return { data: [map], layout };
}

/** For sorting: two that are out of memory are as bad as each other. */
function rank(regret: number): number {
  return Math.min(regret, Number.MAX_VALUE);
}

/** What a ratio is above 1, in per cent; from ten times as much on as a factor. */
function percent(ratio: number): string {
  if (ratio === Number.POSITIVE_INFINITY) return "∞";
  const share = ratio - 1;
  if (share >= 9)
    return `×${Number(ratio.toPrecision(3)).toLocaleString("en-US", { maximumFractionDigits: 0 })}`;
  const value = 100 * share;
  return `${value >= 9.95 ? value.toFixed(0) : Number(value.toFixed(1))} %`;
}

function cellText({ regret, lo, hi }: RegretRow, limit: number): string {
  const dark = regret - 1 > 0.7 * limit;
  const colour = dark ? "#ffffff" : INK;
  const value = regret === 1 ? `<b>best</b>` : percent(regret);
  const small = dark ? "#ffffff" : SOFT;
  const interval =
    lo === undefined || hi === undefined || hi === 1
      ? ""
      : `<br><span style="font-size:9.5px;color:${small}">${percent(lo)} to ${percent(hi)}</span>`;
  return `<span style="color:${colour}">${value}</span>${interval}`;
}
