import { inputError } from "../../util/error.js";
import type { PageFile, PageFormat } from "../spec.js";
import type { Trace } from "../trace.js";

/** How a format is read. Each reader is loaded when it is needed. */
type Reader = (path: string, pages: PageFile) => Promise<Trace>;

const READERS: Readonly<Record<PageFormat, Reader>> = {
  rig: async (path, pages) => (await import("../rig-format.js")).readRigFile(path, pages),
  list: async (path, pages) => (await import("../list-format.js")).readListFile(path, pages),
  oracleGeneral: async (path, pages) => (await import("./oracle-general.js")).readOracleGeneral(path, pages),
  csv: async (path, pages) => (await import("./csv.js")).readCsv(path, pages.columns ?? "", pages),
  block: async (path, pages) => (await import("./block.js")).readBlockTrace(path, pages.columns ?? "", pages),
  lackey: async (path, { filter }) => (await import("./lackey.js")).readLackey(path, filter),
  strace: async (path, { mmap }) => (await import("./strace.js")).readStrace(path, mmap),
  perf: async (path) => (await import("./perf-script.js")).readPerfScript(path),
  damon: async (path) => (await import("./damon.js")).readDamon(path),
};

/** The formats that can be read beside our own Parquet files. */
export const PAGE_FORMATS: readonly PageFormat[] = Object.keys(READERS) as PageFormat[];

/** Options of {@link PageFile}, and the formats that know them. */
const KNOWN_BY: Readonly<Record<Exclude<keyof PageFile, "format">, readonly PageFormat[]>> = {
  fileAccess: ["rig", "list", "oracleGeneral", "csv", "block"],
  stride: ["rig", "list", "oracleGeneral", "csv"],
  anonPages: ["rig", "list"],
  filePages: ["rig", "list"],
  columns: ["csv", "block"],
  filter: ["lackey"],
  mmap: ["strace"],
};

/**
 * Read a trace that another tool wrote. Objects and pages get one slot each, dense: pages in address order, objects in
 * order of appearance. The files are streams: a reader holds the trace that it makes, and what tells pages apart.
 *
 * @param pages - The format, or the format with its options.
 * @throws InputError that names the file, and the line or offset where there is one, what is there and what was expected.
 */
export async function readTrace(path: string, pages: PageFormat | PageFile): Promise<Trace> {
  const file: PageFile = typeof pages === "string" ? { format: pages } : pages;
  if (!Object.hasOwn(READERS, file.format)) {
    inputError(`unknown trace format: ${file.format} (${path}); use one of ${PAGE_FORMATS.join(", ")}`);
  }
  for (const [option, formats] of Object.entries(KNOWN_BY)) {
    const value = file[option as keyof PageFile];
    if (value === undefined || formats.includes(file.format)) continue;
    inputError(
      `refused: ${option} ${value} with format ${file.format} (${path}): it is for ${formats.join(", ")}`,
    );
  }
  if (
    file.filter !== undefined &&
    !(Number.isInteger(file.filter) && file.filter >= 1 && file.filter <= 4096)
  )
    inputError(`invalid filter: ${file.filter} (${path}); give a whole number of pages from 1 to 4096`);
  if (file.mmap !== undefined && file.mmap !== "ignore" && file.mmap !== "read")
    inputError(`invalid mmap: ${String(file.mmap)} (${path}); give ignore or read`);
  return READERS[file.format](path, file);
}
