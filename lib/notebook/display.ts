import { createRequire } from "node:module";
import { inputError } from "../util/error.js";

/** Sends one display, or with `update` a new state of an earlier one, to the notebook's front end. */
type WriteDisplay = (content: object, update: boolean) => void;

const TSLAB_JUPYTER = /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/;

/**
 * tslab's own channel to the front end, or null outside a cell. It is looked up among the loaded modules, so
 * that this works under whichever copy of tslab is the kernel, and loads none where there is no kernel.
 */
function findWriter(): WriteDisplay | null {
  const { cache } = createRequire(import.meta.url);
  for (const [path, module] of Object.entries(cache)) {
    const writer = TSLAB_JUPYTER.test(path) && module?.exports.lastWriteDisplayData;
    if (writer) return writer as WriteDisplay;
  }
  return null;
}

/** Whether this code runs in a notebook cell. */
export function inNotebook(): boolean {
  return findWriter() !== null;
}

/** What to display: representations by mime type, of which the front end shows the best that it knows. */
export interface Display {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Names the display, so that a later one can replace it. Not saved. */
  readonly id?: string;
  /** Replace the display of this id instead of adding one. Default: false. */
  readonly update?: boolean;
}

/** Display in the running cell. tslab's public calls send one mime type each; this sends several as one output. */
export function display({ data, metadata = {}, id, update = false }: Display): void {
  const write = findWriter();
  if (!write)
    inputError("not in a notebook cell: nothing displays here; run the notebook with npm start or Jupyter");
  write({ data, metadata, transient: id === undefined ? {} : { display_id: id } }, update);
}
