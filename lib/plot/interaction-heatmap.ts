import { inputError } from "../util/error.js";
import { distinct, type Figure } from "./figure.js";
import { matrixAxes, matrixTrace } from "./matrix.js";
import { signedText } from "./numbers.js";
import { axisTitle, baseLayout, DIVERGING, INK, SOFT } from "./theme.js";

/** The interaction of two factors; the main effect of one if both names are the same. */
export interface InteractionRow {
  readonly a: string;
  readonly b: string;
  /** What both together do beyond the sum of what each does alone, in the unit of the measure. */
  readonly effect: number;
  /** Interval of `effect`. */
  readonly lo: number;
  readonly hi: number;
}

/** Options of {@link interactionHeatmap}. */
export interface InteractionHeatmapOptions {
  readonly title: string;
  /** What was measured, and in what unit: on the colour bar. */
  readonly measure: readonly [quantity: string, unit: string];
  /** Largest effect in colour; larger ones have the same. Default: all. */
  readonly clip?: number;
}

/** Beyond so many factors a cell has no room for its interval, which then is at the pointer only. */
const MOST_WITH_INTERVAL = 9;

/**
 * Interactions as the lower half of a matrix, main effects on its diagonal: colour is the effect, text the effect with its interval.
 * An effect whose interval includes 0 is grey text: not told apart from none. Factors in order of appearance.
 */
export function interactionHeatmap(
  rows: readonly InteractionRow[],
  options: InteractionHeatmapOptions,
): Figure {
  if (rows.length === 0) inputError("no rows to plot; analyse a factorial design first");
  const names = [...new Set([...distinct(rows, "a"), ...distinct(rows, "b")])];
  const found = new Map<string, InteractionRow>();
  for (const row of rows) {
    const [lo, hi] = [row.a, row.b].sort((x, y) => names.indexOf(x) - names.indexOf(y)) as [string, string];
    found.set(`${hi}\n${lo}`, row);
  }
  const limit = options.clip ?? Math.max(...rows.map(({ effect }) => Math.abs(effect)), Number.MIN_VALUE);
  const cells = <T>(value: (row: InteractionRow) => T, none: T | null = null): (T | null)[][] =>
    names.map((y) =>
      names.map((x) => {
        const row = found.get(`${y}\n${x}`);
        return row === undefined ? none : value(row);
      }),
    );
  const withInterval = names.length <= MOST_WITH_INTERVAL;
  const map = matrixTrace({
    columns: names,
    rows: names,
    colour: cells(({ effect }) => Math.max(-limit, Math.min(limit, effect))),
    text: cells((row) => cellText(row, withInterval, limit), ""),
    about: cells(({ a, b, effect, lo, hi }) => {
      const what = a === b ? `${a}, main effect` : `${a} × ${b}`;
      return `${what}: ${signedText(effect)} (${signedText(lo)} to ${signedText(hi)})`;
    }, ""),
    hover: "%{customdata}",
    scale: DIVERGING,
    least: -limit,
    middle: 0,
    most: limit,
    title: axisTitle(...options.measure),
    ticks: { tickformat: "~g" },
  });
  const layout = baseLayout(options.title, 190 + 46 * names.length, {
    ...matrixAxes(names.length, 6),
    annotations: [note()],
  });
  return { data: [map], layout: { ...layout, margin: { t: 64, r: 24, b: 84, l: 64 } } };
}

function cellText({ effect, lo, hi }: InteractionRow, withInterval: boolean, limit: number): string {
  const told = lo > 0 || hi < 0;
  const dark = Math.abs(effect) > 0.6 * limit;
  const [strong, soft] = dark ? ["#ffffff", "#ffffff"] : [INK, SOFT];
  const number = told ? `<b>${signedText(effect)}</b>` : signedText(effect);
  const value = `<span style="color:${told ? strong : soft}">${number}</span>`;
  if (!withInterval) return value;
  const interval = `${signedText(lo)} to ${signedText(hi)}`;
  return `${value}<br><span style="font-size:9.5px;color:${soft}">${interval}</span>`;
}

function note(): Record<string, unknown> {
  return {
    text: "diagonal: main effect; below: what two do together beyond the sum of both; bold: the interval excludes 0",
    x: 0,
    y: 1,
    xref: "paper",
    yref: "paper",
    xanchor: "left",
    yanchor: "bottom",
    yshift: 4,
    showarrow: false,
    font: { size: 11, color: SOFT },
  };
}
