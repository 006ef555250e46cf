import { inputError } from "../util/error.js";
import { readListFile } from "./list-format.js";
import { readRigFile } from "./rig-format.js";
import type { PageFile } from "./spec.js";
import type { Trace } from "./trace.js";

const READERS: Readonly<Record<PageFile["format"], (path: string, pages: PageFile) => Trace>> = {
  rig: readRigFile,
  list: readListFile,
};

/** Read a file of page numbers, which needs no Parquet decoder. @throws InputError as the format's reader does. */
export function readPageFile(path: string, pages: PageFile): Trace {
  if (!Object.hasOwn(READERS, pages.format)) {
    inputError(
      `unknown trace format: ${pages.format} (${path}); use one of ${Object.keys(READERS).join(", ")}`,
    );
  }
  return READERS[pages.format](path, pages);
}
