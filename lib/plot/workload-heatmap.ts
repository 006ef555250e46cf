import { accessBins } from "../trace/info/access-bins.js";
import { nrSlotsAll, type Trace } from "../trace/trace.js";
import { inputError } from "../util/error.js";
import type { Figure } from "./figure.js";
import { axis, axisTitle, baseLayout, SOFT } from "./theme.js";

/** Options of {@link workloadHeatmap}. */
export interface WorkloadHeatmapOptions {
  /** Default: "Where <trace> accesses memory". */
  readonly title?: string;
  /** Columns and rows of the picture, at most. Default: 128 and 80. */
  readonly columns?: number;
  readonly rows?: number;
}

/**
 * Accesses of a trace over time and slots, counted in bins; colour is the logarithm, white is no access at all. Time is
 * the number of accesses so far. Slots are virtual pages in address order; those of file descriptors stand on top.
 */
export function workloadHeatmap(
  trace: Pick<Trace, "name" | "synthetic" | "records" | "counts" | "layout">,
  options: WorkloadHeatmapOptions = {},
): Figure {
  if (trace.records.length === 0) inputError(`an empty trace: ${trace.name}; record it again`);
  const bins = accessBins(trace, options.columns ?? 128, options.rows ?? 80);
  const { nrSlots } = trace.layout;
  const map = {
    type: "heatmap",
    x0: bins.accessesPerColumn / 2,
    dx: bins.accessesPerColumn,
    y0: bins.slotsPerRow / 2,
    dy: bins.slotsPerRow,
    z: bins.counts.map((row) =>
      row.map((count) => (count === 0 ? null : Math.round(100 * Math.log10(count)) / 100)),
    ),
    colorscale: "Cividis",
    reversescale: true,
    hoverongaps: false,
    hovertemplate: "after %{x:.3s} accesses, slot %{y:.4s}: 10^%{z} accesses<extra></extra>",
    colorbar: {
      title: { text: axisTitle("accesses", "per cell, log10"), side: "right", font: { size: 12 } },
      thickness: 12,
      outlinewidth: 0,
    },
  };
  const kind = trace.synthetic ? " (synthetic)" : "";
  const mixed = nrSlots > 0 && nrSlotsAll(trace.layout) > nrSlots;
  const layout = baseLayout(options.title ?? `Where ${trace.name}${kind} accesses memory`, 440, {
    xaxis: axis(axisTitle("time", "accesses so far"), { showgrid: false, tickformat: "~s" }),
    yaxis: axis(axisTitle("slot", "4 KiB pages in address order"), { showgrid: false, tickformat: "~s" }),
    shapes: mixed ? [boundary(nrSlots)] : [],
    annotations: mixed ? [boundaryLabel(nrSlots)] : [],
  });
  return { data: [map], layout };
}

function boundary(slot: number): Record<string, unknown> {
  const line = { color: SOFT, width: 1, dash: "dot" };
  return { type: "line", xref: "paper", x0: 0, x1: 1, y0: slot, y1: slot, line };
}

function boundaryLabel(slot: number): Record<string, unknown> {
  const font = { size: 11, color: SOFT };
  return {
    text: "through descriptors ↑",
    xref: "paper",
    x: 1,
    xanchor: "right",
    y: slot,
    yanchor: "bottom",
    showarrow: false,
    font,
  };
}
