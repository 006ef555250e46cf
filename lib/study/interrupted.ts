/** The run was ended through its signal (Ctrl-C) before all cells had a row. */
export class StudyInterrupted extends Error {
  override readonly name = "StudyInterrupted";
  constructor(
    /** Cells that have a result or an error. */
    readonly done: number,
    readonly total: number,
    kept: string | undefined,
  ) {
    const where = kept === undefined ? "and were not kept: no results folder" : `and are kept in ${kept}`;
    super(`interrupted: ${done} of ${total} cells were finished ${where}; run again for the rest`);
  }
}

/**
 * A signal for `runGrid` that the first Ctrl-C (SIGINT) raises. The second one ends the process as ever.
 * Call `dispose` after the run.
 */
export function abortOnCtrlC(): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  process.once("SIGINT", abort);
  return { signal: controller.signal, dispose: () => void process.off("SIGINT", abort) };
}
