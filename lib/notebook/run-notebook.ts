import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { inputError } from "../util/error.js";
import { type CellEnd, Kernel } from "./kernel.js";
import { type CellError, type DisplayContent, isProgress, type KernelReply } from "./kernel-messages.js";
import { joinText, type Notebook, type Output, readNotebook, stripOutputs } from "./nbformat.js";
import { OutputRecorder } from "./record.js";
import { scrub } from "./scrub.js";

/** Longest time until a kernel answers, in ms: it loads a compiler, on a machine that may be busy. */
const START_MS = 120_000;

/** A cell that has started or ended. */
export interface CellEvent {
  /** Index into the notebook's cells, 0-based. */
  readonly cell: number;
  /** Number of the code cell, 1-based, and how many there are: for progress. */
  readonly nr: number;
  readonly nrCodeCells: number;
  readonly state: "running" | "ok" | "failed";
  /** Wall-clock time in ms; 0 while running. For progress only: nothing of it is saved. */
  readonly ms: number;
}

/** Something that a running cell has just put out. Progress is text that replaces the progress before it. */
export interface OutputEvent {
  readonly cell: number;
  readonly kind: "stdout" | "stderr" | "display" | "progress";
  /** The text; of a display, its text/plain. */
  readonly text: string;
}

/** Options of {@link runNotebook}. */
export interface RunNotebookOptions {
  /** Longest time for one cell, in ms. Default: 600,000. */
  readonly timeoutMs?: number | undefined;
  /** Added to the environment of the notebook's process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Aborting kills the notebook's process at once; the result then says "interrupted". */
  readonly signal?: AbortSignal | undefined;
  /** Heap of the notebook's process, in MiB. Default: Node's. */
  readonly heapMb?: number | undefined;
  readonly onCell?: ((event: CellEvent) => void) | undefined;
  readonly onOutput?: ((event: OutputEvent) => void) | undefined;
}

/** The executed notebook, and whether all of it ran. After a failure the remaining cells have no outputs. */
export type NotebookRun =
  | { readonly ok: true; readonly notebook: Notebook }
  | {
      readonly ok: false;
      readonly notebook: Notebook;
      /** Index of the cell that failed, 0-based. Its last output is the error. */
      readonly cell: number;
      /** `<error name>: <message>`, one line or more. */
      readonly message: string;
    };

/**
 * Run all code cells of a notebook in tslab, in a process of its own whose working folder is the notebook's,
 * without Python and without ZeroMQ. The file is not changed.
 *
 * The outputs are a function of the cells alone: no times, no ids, no paths of this machine. A throw, a type
 * error, a late throw or rejection, process.exit, an exhausted heap, or no end within `timeoutMs` ends the run
 * with an `error` output in its cell. Throws an InputError only for a file that is not a notebook.
 */
export async function runNotebook(path: string, options: RunNotebookOptions = {}): Promise<NotebookRun> {
  const notebook = stripOutputs(readNotebook(path));
  const cwd = dirname(resolve(path));
  if (!existsSync(cwd)) inputError(`no such folder: ${cwd}; give the path of a notebook`);
  const codeCells = notebook.cells.flatMap((cell, index) =>
    cell.cell_type === "code" && joinText(cell.source).trim() !== "" ? [index] : [],
  );
  if (codeCells.length === 0) return { ok: true, notebook };
  const recorders = new Map<number, OutputRecorder>();
  let current = codeCells[0]!;
  const { env, signal, heapMb } = options;
  const onReply = (reply: KernelReply): void => record(reply, current, recorders, options.onOutput);
  const kernel = new Kernel({ cwd, env, signal, heapMb, onReply });

  const failed = (cell: number, error: CellError): NotebookRun => {
    const outputs = (notebook.cells[cell]!.outputs ??= []);
    const output = errorOutput(error);
    outputs.push(output);
    return { ok: false, notebook, cell, message: `${output.ename}: ${output.evalue}` };
  };
  const timeoutMs = options.timeoutMs ?? 600_000;
  let end: CellEnd = await kernel.ready(START_MS);
  try {
    for (const [nr, cell] of codeCells.entries()) {
      current = cell;
      recorders.set(cell, new OutputRecorder());
      const progress = { cell, nr: nr + 1, nrCodeCells: codeCells.length };
      options.onCell?.({ ...progress, state: "running", ms: 0 });
      const startMs = performance.now();
      if (!end.error) end = await kernel.execute(joinText(notebook.cells[cell]!.source), timeoutMs);
      const ms = performance.now() - startMs;
      notebook.cells[cell]!.execution_count = end.count;
      options.onCell?.({ ...progress, state: end.error ? "failed" : "ok", ms });
      if (end.error) break;
    }
    const late = end.error ?? (await kernel.close()).error;
    for (const [cell, recorder] of recorders) notebook.cells[cell]!.outputs = recorder.outputs();
    return late ? failed(current, late) : { ok: true, notebook };
  } finally {
    kernel.kill();
  }
}

function record(
  reply: KernelReply,
  cell: number,
  recorders: ReadonlyMap<number, OutputRecorder>,
  onOutput: RunNotebookOptions["onOutput"],
): void {
  const recorder = recorders.get(cell);
  if (!recorder) return;
  if (reply.type === "stream") {
    recorder.stream(reply.name, reply.text);
    onOutput?.({ cell, kind: reply.name, text: reply.text });
  } else if (reply.type === "display") {
    // A display of an earlier cell may be updated from a later one.
    const found =
      reply.update && [...recorders.values()].map((each) => each.update(reply.content)).includes(true);
    if (!found) recorder.display(reply.content);
    onOutput?.({
      cell,
      kind: isProgress(reply.content.metadata) ? "progress" : "display",
      text: plain(reply.content),
    });
  }
}

function plain(content: DisplayContent): string {
  return joinText(content.data["text/plain"]);
}

function errorOutput(error: CellError): Extract<Output, { output_type: "error" }> {
  const traceback = scrub(error.traceback.join("\n")).split("\n");
  return { output_type: "error", ename: error.ename, evalue: scrub(error.evalue), traceback };
}
