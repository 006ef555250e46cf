import { inputError } from "../util/error.js";
import { panels, panelTitle } from "./facets.js";
import type { Figure, PlotlyTrace } from "./figure.js";
import { axis, axisTitle, baseLayout, faded, lineStyle, PALETTE } from "./theme.js";

/** A sample of the state of a machine; see `CellResult.timeline`. */
export type TimelineRow = Readonly<Record<string, number>>;

/** A part of the picture. */
export type TimelinePanel = "memory" | "generations" | "refaults" | "scan" | "tiers";

/** Options of {@link timelinePlot}. */
export interface TimelinePlotOptions {
  readonly title: string;
  /** What is shown, from the top. Default: all that the rows have something of. */
  readonly panels?: readonly TimelinePanel[];
  /** Which lruvec, if there are several: the name in front of its columns, such as "batch" or "batch.node1". */
  readonly of?: string;
}

interface Series {
  readonly name: string;
  readonly y: readonly (number | null)[];
  readonly color: string;
  readonly dash?: string;
  readonly stacked?: boolean;
  /** The value is of the time since the sample before. */
  readonly window?: boolean;
}

interface PanelPlan {
  readonly heading: string;
  readonly y: readonly [quantity: string, unit: string];
  readonly series: readonly Series[];
  /** Of the y axis. Default: 2k for 2,000. */
  readonly tickformat?: string;
}

const PANEL_HEIGHT = 150;
/** Blues for anonymous memory, oranges for files: young is dark. */
const SHADES: Readonly<Record<string, readonly string[]>> = {
  anon: ["#0072b2", "#4a9bcb", "#86b9dc", "#c3dcee"],
  file: ["#d55e00", "#e58742", "#f0ab7c", "#f8d5bd"],
  both: ["#009e73", "#4dbb9d", "#8bd3bf", "#c5e9df"],
};

/**
 * The state of a machine over time, panels below each other over one axis of records: pages by generation or class (stacked), the
 * generation clock, refaults, pages scanned and stolen in each window, and how much each tier refaults.
 */
export function timelinePlot(samples: readonly TimelineRow[], options: TimelinePlotOptions): Figure {
  const rows = options.of === undefined ? samples : samples.map((row) => ofLruvec(row, `${options.of}.`));
  if (rows.length === 0) inputError("no samples to plot; run the cell with machine.timeline");
  if (rows[0]!.nr_record === undefined)
    inputError("no timeline: rows without nr_record; give CellResult.timeline");
  const plans: Readonly<Record<TimelinePanel, PanelPlan>> = {
    memory: memoryPlan(rows),
    generations: clockPlan(rows),
    refaults: ratePlan(rows, "refaults in each window", "refaults", REFAULTS),
    scan: ratePlan(rows, "pages scanned and stolen in each window", "pages", SCAN),
    tiers: tierPlan(rows),
  };
  const names =
    options.panels ?? (Object.keys(plans) as TimelinePanel[]).filter((name) => plans[name].series.length > 0);
  const shown = names.map(
    (name) => plans[name] ?? inputError(`unknown panel: ${name}; one of ${Object.keys(plans).join(", ")}`),
  );
  const grid = panels(shown.length, 1, {
    x: 0,
    y: shown.length > 1 ? Math.min(0.08, 0.3 / (shown.length - 1)) : 0,
  });
  const x = rows.map((row) => row.nr_record!);
  const data: PlotlyTrace[] = [];
  const axes: Record<string, unknown> = {};
  for (const [i, { y, series, tickformat = "~s" }] of shown.entries()) {
    const panel = grid[i]!;
    for (const each of series)
      data.push({ ...lineOf(each, x, panel.y), xaxis: "x", yaxis: panel.y, legend: legendOf(i) });
    axes[panel.yKey] = axis(axisTitle(...y), {
      domain: panel.yDomain,
      anchor: "x",
      rangemode: "tozero",
      nticks: 4,
      tickformat,
    });
    axes[legendOf(i)] = {
      x: 1.01,
      y: panel.yDomain[1],
      yanchor: "top",
      font: { size: 11 },
      tracegroupgap: 0,
      bgcolor: "rgba(0,0,0,0)",
    };
  }
  axes.xaxis = axis(axisTitle("time", "records replayed"), {
    anchor: grid.at(-1)!.y,
    domain: [0, 1],
    tickformat: "~s",
  });
  const layout = baseLayout(options.title, 130 + (PANEL_HEIGHT + 34) * shown.length, {
    ...axes,
    annotations: shown.map(({ heading }, i) => panelTitle(grid[i]!, heading)),
    hovermode: "x",
  });
  return { data, layout: { ...layout, margin: { t: 74, r: 150, b: 56, l: 72 } } };
}

/** The columns of one lruvec under their plain names, over those of the machine. */
function ofLruvec(row: TimelineRow, prefix: string): TimelineRow {
  const own = Object.entries(row).filter(([name]) => name.startsWith(prefix));
  if (own.length === 0)
    inputError(`no such lruvec: ${prefix.slice(0, -1)}; the timeline has no columns of it`);
  return { ...row, ...Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value])) };
}

/** Each panel has a legend of its own, beside it. */
function legendOf(i: number): string {
  return i === 0 ? "legend" : `legend${i + 1}`;
}

function lineOf(
  { name, y, color, dash = "solid", stacked = false, window = false }: Series,
  x: readonly number[],
  group: string,
): PlotlyTrace {
  return {
    type: "scatter",
    mode: "lines",
    name,
    x,
    y,
    line: { color, dash, width: stacked ? 0.5 : 1.6, ...(window && { shape: "vh" }) },
    ...(stacked && { stackgroup: group, fillcolor: faded(color, 0.85) }),
    hovertemplate: "%{y:,.4~g}<extra>%{fullData.name}</extra>",
  };
}

/** Pages by generation or class, the oldest at the bottom, file pages below anonymous ones. */
function memoryPlan(rows: readonly TimelineRow[]): PanelPlan {
  const columns = Object.keys(rows[0]!)
    .map((name) => /^(?:(anon|file)_)?(gen|class)(\d+)$/.exec(name))
    .filter((m) => m !== null);
  const series = columns.map(([column, type = "both", kind, index]): Series & { order: number } => {
    const age = Number(index);
    const of = type === "both" ? "" : `${type}, `;
    const shades = SHADES[type]!;
    return {
      name: kind === "gen" ? `${of}max_seq${age === 0 ? "" : `−${age}`}` : `${of}class ${age}`,
      y: rows.map((row) => row[column]!),
      color: shades[Math.min(shades.length - 1, kind === "gen" ? age : Math.max(0, 2 - 2 * age))]!,
      stacked: true,
      order: (type === "file" ? 0 : 1000) + (kind === "gen" ? 100 - age : age),
    };
  });
  const used = series.filter(({ y }) => y.some((value) => value !== 0)).sort((a, b) => a.order - b.order);
  return { heading: "pages on the lists", y: ["pages", "4 KiB"], series: used };
}

function clockPlan(rows: readonly TimelineRow[]): PanelPlan {
  const [first, last] = [rows[0]!, rows.at(-1)!];
  const moves = last.max_seq !== first.max_seq || last.min_seq_file !== first.min_seq_file;
  const of = (name: string, column: string, i: number): Series => ({
    ...styleOf(i),
    name,
    y: rows.map((row) => row[column]!),
  });
  const series = [
    of("max_seq", "max_seq", 0),
    of("min_seq, anon", "min_seq_anon", 1),
    of("min_seq, file", "min_seq_file", 2),
  ];
  return { heading: "the generation clock", y: ["sequence", "number"], series: moves ? series : [] };
}

const REFAULTS: Readonly<Record<string, string>> = {
  window_workingset_refault_anon: "anon",
  window_workingset_refault_file: "file",
};
const SCAN: Readonly<Record<string, string>> = {
  window_pgscan: "pgscan",
  window_pgsteal: "pgsteal",
  window_pgrefill: "pgrefill",
};

/** What happened in a window, for every 1,000 records of it. */
function ratePlan(
  rows: readonly TimelineRow[],
  heading: string,
  quantity: string,
  columns: Readonly<Record<string, string>>,
): PanelPlan {
  const series = Object.entries(columns).map(([column, name], i): Series => {
    const y = rows.map((row) =>
      row.window_nr_record! > 0 ? Math.round((1e6 * row[column]!) / row.window_nr_record!) / 1e3 : 0,
    );
    return { ...styleOf(i), name, y, window: true };
  });
  return {
    heading,
    y: [quantity, "per 1k records"],
    series: series.filter(({ y }) => y.some((value) => value !== 0)),
  };
}

/** Share of the evicted and protected pages of each tier that came back; nothing where the controller knows of none. */
function tierPlan(rows: readonly TimelineRow[]): PanelPlan {
  const series: Series[] = [];
  for (const type of ["anon", "file"]) {
    for (let tier = 0; rows[0]![`${type}_tier${tier}_total`] !== undefined; tier++) {
      const y = rows.map((row) => {
        const total = row[`${type}_tier${tier}_total`]!;
        return total === 0 ? null : Math.round((1e4 * row[`${type}_tier${tier}_refaulted`]!) / total) / 1e4;
      });
      const dash = ["solid", "dash", "dot", "dashdot"][tier] ?? "solid";
      if (y.some((value) => value !== null && value > 0)) {
        series.push({
          name: `${type}, tier ${tier}`,
          y,
          dash,
          color: type === "anon" ? PALETTE[0]! : PALETTE[1]!,
        });
      }
    }
  }
  return {
    heading: "refaults of each tier",
    y: ["refaulted", "share of evicted"],
    tickformat: ".0%",
    series,
  };
}

function styleOf(i: number): { color: string; dash: string } {
  return lineStyle(i);
}
