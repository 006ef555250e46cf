import { inputError } from "../util/error.js";
import type { Figure, PlotlyTrace } from "./figure.js";
import { plainText, signedText } from "./numbers.js";
import { axis, axisTitle, baseLayout, INK, LESS, MORE, SOFT } from "./theme.js";

/** What one part adds to a difference, such as a Shapley value. */
export interface WaterfallRow {
  readonly part: string;
  readonly value: number;
  /** Interval of `value`. Both or neither. */
  readonly lo?: number;
  readonly hi?: number;
}

/** Options of {@link waterfall}. */
export interface WaterfallOptions {
  readonly title: string;
  /** What was measured, and in what unit: the x axis. */
  readonly measure: readonly [quantity: string, unit: string];
  /** Where the parts begin and end, such as two policies with their values. */
  readonly from: { readonly name: string; readonly value: number };
  readonly to: { readonly name: string; readonly value: number };
  /** Largest parts first. Default: true; false keeps the order of the rows. */
  readonly sort?: boolean;
}

/** A part below this share of the gap is no remainder but rounding. */
const ROUNDING = 1e-9;

/** A bar: where it begins, and its part. */
interface Step extends WaterfallRow {
  readonly base: number;
}

/**
 * How the parts make up the way from one value to another: a floating bar each, with its interval around the end that it reaches. What
 * the parts leave of the gap is a bar of its own, "not attributed": it never vanishes in silence.
 */
export function waterfall(rows: readonly WaterfallRow[], options: WaterfallOptions): Figure {
  if (rows.length === 0) inputError("no rows to plot; attribute a difference first");
  const { from, to, sort = true } = options;
  const parts = sort ? [...rows].sort((a, b) => Math.abs(b.value) - Math.abs(a.value)) : [...rows];
  const left = to.value - from.value - rows.reduce((sum, { value }) => sum + value, 0);
  const scale = Math.max(
    Math.abs(from.value),
    Math.abs(to.value),
    ...rows.map(({ value }) => Math.abs(value)),
  );
  if (Math.abs(left) > ROUNDING * scale) parts.push({ part: "not attributed", value: left });
  const steps: Step[] = [];
  let at = from.value;
  for (const part of parts) {
    steps.push({ ...part, base: at });
    at += part.value;
  }
  const labels = [from.name, ...steps.map(({ part }) => part), to.name];
  const layout = baseLayout(options.title, 130 + 28 * labels.length, {
    xaxis: axis(axisTitle(...options.measure), { tickformat: "~s", nticks: 7 }),
    yaxis: axis("", {
      tickvals: labels.map((_, i) => i),
      ticktext: labels.map((label, i) => (i === 0 || i === labels.length - 1 ? `<b>${label}</b>` : label)),
      range: [labels.length - 0.4, -0.6],
      ticks: "",
      showline: false,
      showgrid: false,
      tickfont: { size: 12 },
    }),
    shapes: [...steps.map(({ base }, i) => link(base, i)), link(to.value, steps.length)],
    showlegend: false,
    hovermode: "closest",
    bargap: 0.35,
  });
  return { data: [bars(steps), whiskers(steps), ends(from, to, labels.length - 1)], layout };
}

/** The line from the end of a bar to the next. */
function link(x: number, row: number): Record<string, unknown> {
  return {
    type: "line",
    x0: x,
    x1: x,
    y0: row,
    y1: row + 1,
    line: { color: SOFT, width: 1, dash: "dot" },
    layer: "below",
  };
}

function bars(steps: readonly Step[]): PlotlyTrace {
  return {
    type: "bar",
    orientation: "h",
    y: steps.map((_, i) => i + 1),
    x: steps.map(({ value }) => value),
    base: steps.map(({ base }) => base),
    marker: {
      color: steps.map(({ value, part }) => (part === "not attributed" ? SOFT : value < 0 ? LESS : MORE)),
    },
    text: steps.map(({ value }) => signedText(value)),
    textposition: "none",
    hovertemplate: steps.map(({ part, value, lo, hi }) => {
      const interval =
        lo === undefined || hi === undefined ? "" : ` (${signedText(lo)} to ${signedText(hi)})`;
      return `<b>${part}</b>: ${signedText(value)}${interval}<extra></extra>`;
    }),
  };
}

/** The interval of each part around the end of its bar, and its value behind all of it. */
function whiskers(steps: readonly Step[]): PlotlyTrace {
  const reach = ({ value, lo = value, hi = value }: Step): [number, number] => [value - lo, hi - value];
  return {
    type: "scatter",
    mode: "markers",
    y: steps.map((_, i) => i + 1),
    x: steps.map(({ base, value }) => base + value),
    marker: { size: 1, color: INK },
    error_x: {
      type: "data",
      symmetric: false,
      array: steps.map((step) => reach(step)[1]),
      arrayminus: steps.map((step) => reach(step)[0]),
      color: INK,
      thickness: 1.5,
      width: 4,
    },
    hoverinfo: "skip",
  };
}

function ends(from: WaterfallOptions["from"], to: WaterfallOptions["to"], last: number): PlotlyTrace {
  return {
    type: "scatter",
    mode: "markers+text",
    y: [0, last],
    x: [from.value, to.value],
    marker: { size: 11, symbol: "diamond", color: INK },
    text: [plainText(from.value), plainText(to.value)],
    textposition: from.value < to.value ? ["middle right", "middle left"] : ["middle left", "middle right"],
    textfont: { size: 12 },
    hovertemplate: [from, to].map(({ name, value }) => `<b>${name}</b>: ${plainText(value)}<extra></extra>`),
  };
}
