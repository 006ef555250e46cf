// The public names of reclaim-lab, grouped. Notebooks import this file, compiled, as ../dist/index.js.

export {
  type Attribution,
  attribution,
  type InteractionIndex,
  interactionIndices,
} from "./analysis/attribution.js";
export {
  minRefaultCurve,
  missRatioCurves,
  PER_RECORDS,
  ratioCurve,
  refaultCurves,
} from "./analysis/curves.js";
export type { Dominance } from "./analysis/dominance.js";
export {
  type Effect,
  effects,
  ofTraces,
  overall,
  STANDARD_MEASURES,
  type TraceEffect,
} from "./analysis/effects.js";
export { type AnalysisOptions, type FactorialEffect, factorialEffects } from "./analysis/factorial.js";
export { type Measure, type Measures, REFAULTS } from "./analysis/measure.js";
export { type MinFaults, minCurve, minFaults } from "./analysis/min.js";
export { type PairedDifference, pairedDifferences } from "./analysis/pairs.js";
export { type PointRegret, type Regret, type RegretOptions, regret } from "./analysis/regret.js";
export type { WorkloadRegret } from "./analysis/regret-matrix.js";
export type { IntervalOptions, Scale, Summary } from "./analysis/summary.js";
export type { Unserved, UnservedPair } from "./analysis/unserved.js";
// names of measured settings, as reclaim-lab validate prints them
export { settingText } from "./cli/validate-text.js";
// a policy of one's own
export { type Check, type CheckOptions, checkPolicy } from "./conformance/check-policy.js";
export { policyModule } from "./conformance/policy-module.js";
// designs
export { bundle, factorsBetween } from "./design/between.js";
export type { Kind } from "./design/combinations.js";
export { describeDesign, estimateSeconds, type Pace } from "./design/describe.js";
export {
  type Design,
  type DesignSize,
  type DesignSpec,
  design,
  type Place,
  type Places,
} from "./design/design.js";
export type { Factor } from "./design/factor.js";
export type { AliasStructure } from "./design/fraction.js";
export type { InvalidCell } from "./design/sort-cells.js";
// studies from a spec, as the command line runs them
export { planStudy, type RanStudy, runStudy, type StudyPlan } from "./engine/study.js";
export {
  type DesignStudySpec,
  type GridStudySpec,
  parseStudySpec,
  readStudySpec,
  type StudySpec,
} from "./engine/study-spec.js";
// parts for policies
export { FrequencySketch, type SketchOptions } from "./mechanisms/admission/frequency-sketch.js";
export { PageHashes } from "./mechanisms/admission/page-hashes.js";
export { FolioBag } from "./mechanisms/folio-bag.js";
// the simulator
export { PLAIN, type Settings } from "./mechanisms/settings.js";
export { VictimHeap } from "./mechanisms/victim-heap.js";
export { ANON, FILE, type Folio, type MemType, NIL } from "./mm/folio.js";
export type { Origin } from "./mm/origin.js";
export { COUNTERS, type Counter } from "./mm/vmstat.js";
// notebooks and plots
export * from "./notebook/index.js";
export * from "./plot/index.js";
export { ratioText } from "./plot/ratio.js";
export * as policies from "./policies/index.js";
// studies on many machines
export { type QueueOptions, queueExecutor } from "./queue/executor.js";
export { listQueues, type QueueList } from "./queue/list.js";
export type { SubmitterSeen, WorkerSeen } from "./queue/registry.js";
export { listText, type QueueStatus, queueText } from "./queue/status.js";
export { runWorker } from "./queue/worker.js";
export type { WorkerOptions } from "./queue/worker-options.js";
export { type Ejection, ejectionText } from "./reclaim/eject/policy-fault.js";
export type { LruvecContext, Placing, Policy, ReclaimOps, Verdict } from "./reclaim/ops.js";
export type { ScanControl } from "./reclaim/scan-control.js";
export type {
  CellResult,
  CellSpec,
  MachineSpec,
  MemcgSpec,
  MemorySpec,
  NodeSpec,
  PolicySpec,
  SwitchValue,
} from "./sim/cell.js";
export { cpuNs, PRICES, type Prices } from "./sim/cost.js";
export { runCell, simulate } from "./sim/run-cell.js";
export { resolveSettings } from "./sim/switchboard.js";
export { SWITCHES } from "./sim/switches.js";
// studies
export { bootstrap, median, pairedDifference, pairedRatio, pairedRatioOfEach } from "./stats/bootstrap.js";
export { hodgesLehmann, holm, signedRankTest, signFlipTest, type TestResult } from "./stats/paired-tests.js";
export { type BootstrapOptions, type Interval, mean } from "./stats/resample.js";
export { type DanfoFrame, toDanfo } from "./study/danfo.js";
export {
  type CellJob,
  type Executor,
  type ExecutorOptions,
  type OpenExecutor,
  openThreads,
} from "./study/executor.js";
export { type Axes, type Cell, footprintOf, grid, type Labels, type Point } from "./study/grid.js";
export { cellHash } from "./study/hash.js";
export { abortOnCtrlC, StudyInterrupted } from "./study/interrupted.js";
export { factorColumn, type Levels } from "./study/levels.js";
export { CHANGE_POINTS, LRU_POINTS, MGLRU_POINTS, POINTS } from "./study/points.js";
export { type PolicyPointsOptions, policyPoints } from "./study/policy-points.js";
export { type Progress, progressText, terminalProgress } from "./study/progress.js";
export {
  type CodeCount,
  pruneResults,
  readResults,
  resultCodes,
  type ShownResult,
  showResult,
  staleResults,
  type Verification,
  verifyResults,
} from "./study/results/catalog.js";
export { exportTable, type Format } from "./study/results/export.js";
export { listStudies, type ReadStudy, type RefusedCell, readStudy } from "./study/results/manifest.js";
export { type Merged, mergeResults } from "./study/results/merge.js";
export { type StudyTable, studyTable } from "./study/results/study-table.js";
export type { StaleCells } from "./study/results.js";
export { type Row, type RunOptions, runGrid, type StudyResult } from "./study/run-grid.js";
export { seeds } from "./study/seeds.js";
export { rowsTable, toTable, writeTable } from "./study/table.js";
export { type TimelineOptions, type TimelineRow, timelines } from "./study/timelines.js";
export { VALUE_POINTS } from "./study/value-points.js";
export { traceDigest } from "./trace/digest.js";
export { EXPORT_FORMATS, type ExportFormat, exportTrace } from "./trace/export.js";
// traces
export { type TraceFacts, traceFacts } from "./trace/facts.js";
export { generateTrace } from "./trace/generate.js";
export { generators } from "./trace/generators/index.js";
export { rigRecords, rigWorkloads } from "./trace/generators/rig.js";
export type { GeneratedSpec } from "./trace/generators/stream.js";
export { writeOracleGeneral } from "./trace/import/oracle-general.js";
export { PAGE_FORMATS, readTrace } from "./trace/import/read-trace.js";
export type { AccessBins } from "./trace/info/access-bins.js";
export type { RegionInfo } from "./trace/info/regions.js";
export {
  type MissRatioPoint,
  type Reuse,
  type ReuseBin,
  reuseDistances,
  reuseOf,
} from "./trace/info/reuse.js";
export { type TraceInfo, type TraceInfoOptions, traceInfo } from "./trace/info/trace-info.js";
export { type WorkingSet, type WorkingSets, workingSets } from "./trace/info/working-set.js";
export { readTraceFile, writeTraceFile } from "./trace/parquet.js";
export { type Recorded, type RecordOptions, recordCommand } from "./trace/record/record-command.js";
export { readRigFile, sum32 } from "./trace/rig-format.js";
export type { GeneratorParams, PageFile, PageFormat, TraceSpec } from "./trace/spec.js";
export { listTraces, openTrace } from "./trace/store.js";
export type { Trace, TraceEvent, TraceFile, TraceLayout, Vma } from "./trace/trace.js";
// util
export { InputError } from "./util/error.js";
export { mulberry32, type Random } from "./util/random.js";
// against the kernel
export type { Overrides, Predicted } from "./validate/cells.js";
export { type Comparison, compare, type Outcome, rangeOf } from "./validate/compare.js";
export type { CoursePoint } from "./validate/course.js";
export { withKernelNames } from "./validate/kernel-names.js";
export { ofLruGen } from "./validate/lru-gen.js";
export { heldoutCells, type MeasuredCell, measuredCells, type Setting } from "./validate/measured.js";
export { rigMachine } from "./validate/rig-machine.js";
export { type RunCellsOptions, runCells } from "./validate/run-cells.js";
export type { Sign } from "./validate/signs.js";
export { type SummaryRow, TARGETS, type Target } from "./validate/summary.js";
export { type Choice, choose, type Validation, validation } from "./validate/validate.js";
