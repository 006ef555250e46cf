import { runCell } from "../sim/run-cell.js";
import type { Cell, OpenTrace } from "../study/grid.js";
import { keptTimings } from "../study/results/timings.js";
import { windowTrace } from "../trace/store.js";

/*
 * How long cells will take. What earlier cells took on the same trace says it best; where there are none, the
 * beginning of the trace is replayed for a moment. Both are about right, and said to be about: the cost of a cell
 * is its misses, which differ by policy and memory.
 */

/** Records replayed to time a trace that has no kept timings. */
const SAMPLE_RECORDS = 150_000;
/** Cells of such a trace that are tried. */
const SAMPLE_CELLS = 2;
/** Longest time spent on trying, in milliseconds; traces beyond it get the mean of the others. */
const SAMPLE_MS = 4000;

/** Nanoseconds of one worker for each trace record, by name of the trace, and what that rests on. */
export interface StudyPace {
  readonly nsPerVisit: Readonly<Record<string, number>>;
  readonly basis: string;
}

/** Time what is to be computed: by kept timings, else by trying. Keeps nothing. */
export async function paceOf(
  missing: readonly Cell[],
  open: OpenTrace,
  results: string | undefined,
): Promise<StudyPace> {
  const kept = results === undefined ? new Map<string, number>() : await keptTimings(results);
  const ns: Record<string, number> = {};
  const names = [...new Set(missing.map(({ labels }) => labels.trace))];
  let nrTried = 0;
  const startMs = performance.now();
  for (const name of names) {
    const cells = missing.filter(({ labels }) => labels.trace === name);
    const digests = [...new Set(cells.map(({ traceDigest }) => traceDigest))].filter((digest) =>
      kept.has(digest),
    );
    if (digests.length > 0) {
      const { spec } = cells.find(({ traceDigest }) => traceDigest === digests[0])!;
      ns[name] = (1e6 * kept.get(digests[0]!)!) / (await open(spec.trace)).records.length;
    } else if (performance.now() - startMs < SAMPLE_MS) {
      nrTried++;
      ns[name] = await tried(cells, open);
    }
  }
  const known = Object.values(ns).filter((value) => value > 0);
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length);
  for (const name of names) if (!(ns[name]! > 0)) ns[name] = mean;
  const nrKept = names.length - nrTried;
  const basis = [
    ...(nrKept > 0 ? [`earlier cells of ${traces(nrKept)}`] : []),
    ...(nrTried > 0 ? [`a trial of ${traces(nrTried)}`] : []),
  ].join(" and ");
  return { nsPerVisit: ns, basis };
}

/** Nanoseconds a record of some cells over the beginning of their trace; 0 if none of them runs. */
async function tried(cells: readonly Cell[], open: OpenTrace): Promise<number> {
  let [spentMs, records] = [0, 0];
  for (let i = 0; i < SAMPLE_CELLS; i++) {
    const { spec } = cells[Math.floor((i * (cells.length - 1)) / Math.max(1, SAMPLE_CELLS - 1))]!;
    try {
      const trace = await open(spec.trace);
      const part = windowTrace(trace, 0, Math.min(SAMPLE_RECORDS, trace.records.length));
      await runCell(spec, part); // compiles; workers that live from cell to cell run warm code
      const startMs = performance.now();
      await runCell(spec, part);
      spentMs += performance.now() - startMs;
      records += part.records.length;
    } catch {
      // The cell will be a row with its error; its time does not matter.
    }
  }
  return records === 0 ? 0 : (1e6 * spentMs) / records;
}

const traces = (nr: number): string => (nr === 1 ? "1 trace" : `${nr} traces`);
