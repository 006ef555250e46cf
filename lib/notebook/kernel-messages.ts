/** An error of a cell as nbformat wants it; `traceback` is the stack, line by line. */
export interface CellError {
  ename: string;
  evalue: string;
  traceback: string[];
}

/** What a display call of a cell hands over, as in Jupyter's `display_data` message. */
export interface DisplayContent {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  transient?: { display_id?: string };
}

/** Parent to child. */
export type KernelRequest = { type: "execute"; code: string } | { type: "shutdown" };

/** Child to parent. Between "ready" and "bye", everything belongs to the cell that was last sent. */
export type KernelReply =
  | { type: "ready" }
  | { type: "stream"; name: "stdout" | "stderr"; text: string }
  | { type: "display"; content: DisplayContent; update: boolean }
  | { type: "done"; count: number | null; error: CellError | null }
  /** The event loop ran dry after a shutdown; `error` was thrown by something that a cell had left behind. */
  | { type: "bye"; error: CellError | null };

/** Metadata key of this package on displays. */
export const METADATA_KEY = "reclaim-lab";

/** Metadata of a display that shows progress and is not to be saved. */
export const PROGRESS: Record<string, unknown> = { [METADATA_KEY]: { progress: true } };

/** Whether a display with this metadata shows unfinished progress. */
export function isProgress(metadata: Record<string, unknown>): boolean {
  return (metadata[METADATA_KEY] as { progress?: boolean } | undefined)?.progress === true;
}
