/** How far a study is. Sent at the start, after every cell, and at the end. */
export interface Progress {
  /** Cells with a row, of `total`. Includes `cached` and `failed`. */
  readonly done: number;
  readonly total: number;
  /** Cells whose result was kept from an earlier run. */
  readonly cached: number;
  /** Cells whose row is an error. */
  readonly failed: number;
  /** Cells that this run computed; equal cells count once. */
  readonly computed: number;
  /** Since the start of the run, in milliseconds. */
  readonly elapsedMs: number;
  /** Cells computed a second, since the first was started; null before the first is finished. */
  readonly perSecond: number | null;
  /** Time left in milliseconds, from the cells computed so far; null before the first. */
  readonly etaMs: number | null;
}

/** What {@link terminalProgress} writes to. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Where there is no terminal: a line for every such part of the cells, so that a log stays short. */
const LINES_IN_LOG = 10;
/** Shortest time between two updates of the line in a terminal, in milliseconds. */
const REDRAW_MS = 100;
const BAR_WIDTH = 24;

/**
 * A listener that shows progress: on a terminal one line that updates itself, elsewhere about ten lines over
 * the whole run. Give it to `runGrid` as `onProgress`; use a new one for each run.
 */
export function terminalProgress(stream: ProgressStream = process.stderr): (progress: Progress) => void {
  return stream.isTTY ? updatingLine(stream) : sparseLines(stream);
}

/** One line of text without colour: `37/120 cells, 12 from earlier runs, 1 failed, 4.2/s, 0:41 left`. */
export function progressText(progress: Progress): string {
  const { done, total, cached, failed, elapsedMs, perSecond, etaMs } = progress;
  const parts = [`${done}/${total} cells`];
  if (cached > 0) parts.push(`${cached} from earlier runs`);
  if (failed > 0) parts.push(`${failed} failed`);
  if (perSecond !== null) parts.push(`${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)}/s`);
  if (done === total) parts.push(`${clock(elapsedMs)} in all`);
  else if (etaMs !== null) parts.push(`${clock(etaMs)} left`);
  return parts.join(", ");
}

function updatingLine(stream: ProgressStream): (progress: Progress) => void {
  let drawnMs = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const { done, total, elapsedMs } = progress;
    const last = done === total;
    if (!last && elapsedMs - drawnMs < REDRAW_MS) return;
    drawnMs = elapsedMs;
    const filled = total === 0 ? BAR_WIDTH : Math.floor((done / total) * BAR_WIDTH);
    const text = `${"#".repeat(filled)}${".".repeat(BAR_WIDTH - filled)} ${progressText(progress)}`;
    // A line longer than the terminal would wrap, and the next update could not cover it.
    stream.write(`\r\x1b[K${text.slice(0, (stream.columns ?? 80) - 1)}${last ? "\n" : ""}`);
  };
}

function sparseLines(stream: ProgressStream): (progress: Progress) => void {
  let shown = -1;
  return (progress) => {
    const part =
      progress.total === 0 ? LINES_IN_LOG : Math.floor((progress.done / progress.total) * LINES_IN_LOG);
    if (part === shown) return;
    shown = part;
    stream.write(`${progressText(progress)}\n`);
  };
}

/** Minutes and seconds, rounded up: a run is never "0:00 left". */
function clock(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
