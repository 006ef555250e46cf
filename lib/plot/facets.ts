/** Where a panel of a grid lies, and the names of its axes. */
export interface Panel {
  /** "x", "x2", ...; "y", "y2", ... */
  readonly x: string;
  readonly y: string;
  /** Keys of the axes in a layout: "xaxis", "xaxis2", ... */
  readonly xKey: string;
  readonly yKey: string;
  /** Ranges in the paper, 0 to 1. */
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
  /** Whether it is the lowest of its column, and the leftmost of its row. */
  readonly bottom: boolean;
  readonly left: boolean;
}

/** Gaps of a grid, as shares of the paper. */
export interface Gaps {
  readonly x: number;
  readonly y: number;
}

/** `nr` panels in rows of `nrColumns`, from the top left. */
export function panels(nr: number, nrColumns: number, gap: Gaps): Panel[] {
  const columns = Math.max(1, Math.min(nr, nrColumns));
  const rows = Math.ceil(nr / columns);
  const width = (1 - gap.x * (columns - 1)) / columns;
  const height = (1 - gap.y * (rows - 1)) / rows;
  return Array.from({ length: nr }, (_, i): Panel => {
    const left = (i % columns) * (width + gap.x);
    const top = 1 - Math.floor(i / columns) * (height + gap.y);
    const suffix = i === 0 ? "" : String(i + 1);
    return {
      x: `x${suffix}`,
      y: `y${suffix}`,
      xKey: `xaxis${suffix}`,
      yKey: `yaxis${suffix}`,
      xDomain: [round(left), round(Math.min(1, left + width))],
      yDomain: [round(Math.max(0, top - height)), round(top)],
      bottom: i + columns >= nr,
      left: i % columns === 0,
    };
  });
}

/** Heading of a panel, above its left corner. */
export function panelTitle(panel: Panel, text: string): Record<string, unknown> {
  return {
    text: `<b>${text}</b>`,
    x: panel.xDomain[0],
    y: panel.yDomain[1],
    xref: "paper",
    yref: "paper",
    xanchor: "left",
    yanchor: "bottom",
    align: "left",
    yshift: 4,
    showarrow: false,
    font: { size: 12.5 },
  };
}

/** Four decimals suffice for places, and keep notebooks small. */
function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
