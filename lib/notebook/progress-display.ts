import { randomUUID } from "node:crypto";
import { display, inNotebook } from "./display.js";
import { escapeHtml } from "./html.js";
import { PROGRESS } from "./kernel-messages.js";

/** Shortest time between two states that are sent, in ms. */
const REFRESH_MS = 100;

/** A line that follows a long computation in place. */
export interface ProgressDisplay {
  /** `done` of `total` are finished; `note` is a few words more (time left, the cell at work). */
  update(done: number, total: number, note?: string): void;
  /**
   * Replace the line with its last state, the only one that a saved notebook keeps. The text must be the same
   * in every run: no times, no number of cached cells. Default: `<label>: done`.
   */
  done(text?: string): void;
}

/**
 * Show live progress in a notebook cell. The runner hands each state on as progress and saves only what
 * {@link ProgressDisplay.done} left; without `done`, nothing. Outside of a notebook, the line goes to stderr
 * if that is a terminal.
 */
export function progressDisplay(label: string): ProgressDisplay {
  const id = randomUUID();
  const send = inNotebook() ? notebookLine(id) : terminalLine;
  let lastMs = 0;
  return {
    update(done, total, note = "") {
      const nowMs = performance.now();
      if (done < total && lastMs > 0 && nowMs - lastMs < REFRESH_MS) return;
      lastMs = nowMs;
      send(`${label}: ${done} of ${total}${note && `, ${note}`}`, total > 0 ? done / total : 0);
    },
    done: (text = `${label}: done`) => send(text, null),
  };
}

/** Sends a line with the share that is finished, or null for the last state. */
type SendLine = (text: string, share: number | null) => void;

function notebookLine(id: string): SendLine {
  let update = false;
  return (text, share) => {
    const bar = share === null ? "" : `<progress value="${share.toFixed(3)}" max="1"></progress> `;
    const data = { "text/html": `<div>${bar}${escapeHtml(text)}</div>`, "text/plain": text };
    display({ data, metadata: share === null ? {} : PROGRESS, id, update });
    update = true;
  };
}

const terminalLine: SendLine = (text, share) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}${share === null ? "\n" : ""}`);
};
