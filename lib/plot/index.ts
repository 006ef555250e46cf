export { type BandPlotOptions, type BandRow, bandPlot } from "./band-plot.js";
export { type EffectPlotOptions, type EffectRow, effectPlot } from "./effect-plot.js";
export type { Figure, PlotlyTrace } from "./figure.js";
export { type HeatmapOptions, type HeatmapRow, heatmap } from "./heatmap.js";
export {
  type InteractionHeatmapOptions,
  type InteractionRow,
  interactionHeatmap,
} from "./interaction-heatmap.js";
export { type MissRatioPlotOptions, type MissRatioRow, missRatioPlot } from "./miss-ratio-plot.js";
export { type ParallelPlotOptions, type ParallelRow, parallelPlot } from "./parallel.js";
export { type PredictedPlotOptions, type PredictedRow, predictedPlot } from "./predicted-plot.js";
export { type RefaultCurveOptions, type RefaultCurveRow, refaultCurve } from "./refault-curve.js";
export { type RegretMatrixOptions, type RegretRow, regretMatrix } from "./regret-matrix.js";
export { reusePlot, type TraceInfoPlotOptions, workingSetPlot } from "./reuse-plot.js";
export {
  type TimelinePanel,
  type TimelinePlotOptions,
  type TimelineRow,
  timelinePlot,
} from "./timeline-plot.js";
export { type WaterfallOptions, type WaterfallRow, waterfall } from "./waterfall.js";
export { type WorkloadHeatmapOptions, workloadHeatmap } from "./workload-heatmap.js";
