export { type BandPlotOptions, type BandRow, bandPlot } from "./band-plot.js";
export { type EffectPlotOptions, type EffectRow, effectPlot } from "./effect-plot.js";
export type { Figure, PlotlyTrace } from "./figure.js";
export { type HeatmapOptions, type HeatmapRow, heatmap } from "./heatmap.js";
export { type PredictedPlotOptions, type PredictedRow, predictedPlot } from "./predicted-plot.js";
export { type RefaultCurveOptions, type RefaultCurveRow, refaultCurve } from "./refault-curve.js";
export { type WorkloadHeatmapOptions, workloadHeatmap } from "./workload-heatmap.js";
