import { inputError } from "../util/error.js";

/**
 * Colours that differ for colour-blind readers and in grey print: Okabe and Ito's, without yellow (too pale on
 * white), ordered so that the first ones are furthest apart. Source: Okabe and Ito, Color Universal Design, 2008.
 */
export const PALETTE: readonly string[] = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#6a3d9a",
  "#7f7f7f",
];

/** Line shapes, taken in turn when there are more lines than colours. */
const DASHES: readonly string[] = ["solid", "dash", "dot"];

/** Text and guide lines. */
export const INK = "#1f2328";
export const SOFT = "#59636e";
export const GRID = "#e6e9ed";

/** Below its base (good, for a cost), above it, and not told apart from it. */
export const LESS = "#0072b2";
export const MORE = "#d55e00";
export const SAME = "#7f7f7f";

/** From {@link LESS} over white to {@link MORE}, for values around 0. */
export const DIVERGING: readonly (readonly [number, string])[] = [
  [0, "#0072b2"],
  [0.25, "#86b9dc"],
  [0.5, "#ffffff"],
  [0.75, "#f0ab7c"],
  [1, "#d55e00"],
];

/** From white to {@link MORE}, for costs from 0 up. */
export const SEQUENTIAL: readonly (readonly [number, string])[] = [
  [0, "#ffffff"],
  [0.5, "#f0ab7c"],
  [1, "#d55e00"],
];

const FONT = {
  family: "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif",
  size: 13,
  color: INK,
};

/** Colour and dash of the i-th line. */
export function lineStyle(i: number): { color: string; dash: string } {
  const dash = DASHES[Math.floor(i / PALETTE.length) % DASHES.length]!;
  return { color: PALETTE[i % PALETTE.length]!, dash };
}

/** The colour with an opacity of 0 to 1. */
export function faded(hex: string, opacity: number): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${channels.join(",")},${opacity})`;
}

/** Title of an axis. An axis without a quantity or a unit is refused: a number without a unit says nothing. */
export function axisTitle(quantity: string, unit: string): string {
  if (quantity.trim() === "" || unit.trim() === "") {
    inputError(`an axis without quantity or unit: "${quantity}" ("${unit}"); name both`);
  }
  return `${quantity} (${unit})`;
}

/** A plain axis: ticks outside, faint grid, no zero line. `more` overrides. */
export function axis(title: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    title: { text: title, standoff: 8, font: { size: 12, color: SOFT } },
    gridcolor: GRID,
    linecolor: SOFT,
    showline: true,
    zeroline: false,
    ticks: "outside",
    ticklen: 4,
    tickcolor: SOFT,
    tickfont: { size: 11.5 },
    automargin: true,
    ...more,
  };
}

/** Rough width of a title's characters, in pixels. */
const TITLE_CHAR_PX = 8.2;

/** What all figures share. The title stands at the left, over its own margin, broken so that it fits. */
export function baseLayout(
  title: string,
  height: number,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const lines = wrap(title, 880 / TITLE_CHAR_PX);
  return {
    title: {
      text: lines.join("<br>"),
      x: 0,
      xref: "paper",
      xanchor: "left",
      y: 1,
      yref: "container",
      yanchor: "top",
      pad: { t: 12, l: 0 },
      font: { size: 16, color: INK },
    },
    height: height + 20 * (lines.length - 1),
    font: FONT,
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    margin: { t: 64 + 20 * (lines.length - 1), r: 24, b: 56, l: 64 },
    hoverlabel: { font: { size: 12 } },
    ...more,
  };
}

/** Break a text between words into lines of at most `width` characters. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
