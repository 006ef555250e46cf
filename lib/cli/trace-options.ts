/* The options that say which trace is read, and how; the commands that read one share them. */
import { PAGE_FORMATS } from "../trace/import/read-trace.js";
import type { PageFile, PageFormat, TraceSpec } from "../trace/spec.js";
import type { Trace } from "../trace/trace.js";
import { inputError } from "../util/error.js";
import { maybeNumber, readNumber, readWord } from "./arguments.js";

/** Help on `--format` and on what it needs. */
export const FORMAT_USAGE = `  --format F              rig      uint32 LE: bit 31 store, bit 30 file, bits 0 to 27 page
                          list     text, a line an access: [read | write] PAGE [anon | file]
                          parquet  a recorded trace       [parquet if the name ends so or has no ending, else rig]
                          oracleGeneral, csv   requests of libCacheSim, an object a page (also .gz, .zst)
                          block    csv of block I/O, split into 4 KiB pages
                          lackey   valgrind --tool=lackey --trace-mem=yes [--trace-syscalls=yes] --log-file=FILE
                          strace   strace -f -y -o FILE
                          perf     perf script -F +addr of page-faults; perf script of exceptions:page_fault_user
                          damon    damo record or report, as JSON; perf script of damon:damon_aggregated`;

/** Help on the options of single formats. */
export const LAYOUT_USAGE = `Layout of a rig or list file:
  --file-access A         mmap, or pread: accesses through a descriptor                               [mmap]
  --stride N              distance of anonymous pages, in pages; 512: one a page table                [1]
  --anon-pages N, --file-pages N                                          [highest page accessed, plus one]

Other formats:
  --columns LIST          csv: time-col=1,obj-id-col=2,obj-size-col=3,op-col=4,has-header=true,delimiter=,
                          block: host-col=2,disk-col=3,op-col=4,offset-col=5,size-col=6,unit=1         [as MSR Cambridge]
  --file-access A         oracleGeneral, csv: objects are file pages [anonymous]; block: mmap or pread [pread]
  --stride N              oracleGeneral, csv: as above                                                [1]
  --filter N              lackey: pages that a process remembers; 1 keeps all but runs                [64]
  --mmap read             strace: mapping a file reads it                                             [ignore]`;

/** The options of every command that reads a trace, for `parseOptions`. */
export const TRACE_OPTIONS = {
  format: { type: "string" },
  "file-access": { type: "string" },
  stride: { type: "string" },
  "anon-pages": { type: "string" },
  "file-pages": { type: "string" },
  columns: { type: "string" },
  filter: { type: "string" },
  mmap: { type: "string" },
} as const;

/** Spec of a trace in a file. */
export type RecordedSpec = Extract<TraceSpec, { readonly recorded: string }>;

/** Values of {@link TRACE_OPTIONS}. */
export type TraceValues = { readonly [Name in keyof typeof TRACE_OPTIONS]?: string | undefined };

/** A format of the command line. */
export type FileFormat = PageFormat | "parquet";

const FORMATS: readonly FileFormat[] = [
  "rig",
  "parquet",
  ...PAGE_FORMATS.filter((format) => format !== "rig"),
];
const MAX_PAGES = 2 ** 28;

/** The format of a file: the one that is named, or what its ending says. */
export function formatOf(format: string | undefined, file: string): FileFormat {
  if (format !== undefined) return readWord("format", format, FORMATS);
  return file.endsWith(".parquet") || !/[./\\]/.test(file) ? "parquet" : "rig";
}

/** The spec that file and options describe. @throws InputError for an option that the format does not know. */
export function readTraceSpec(
  file: string,
  values: TraceValues,
): { format: FileFormat; trace: RecordedSpec } {
  const format = formatOf(values.format, file);
  if (format === "parquet") {
    for (const option of Object.keys(TRACE_OPTIONS) as (keyof typeof TRACE_OPTIONS)[]) {
      if (option === "format" || values[option] === undefined) continue;
      inputError(`refused: --${option} ${values[option]} with --format parquet: the file has its own layout`);
    }
    return { format, trace: { recorded: file } };
  }
  const anonPages = maybeNumber("anon-pages", values["anon-pages"], 0, MAX_PAGES);
  const filePages = maybeNumber("file-pages", values["file-pages"], 0, MAX_PAGES);
  const filter = maybeNumber("filter", values.filter, 1, 4096);
  const { columns } = values;
  const access = values["file-access"] ?? (format === "rig" || format === "list" ? "mmap" : undefined);
  const stride = values.stride ?? (format === "rig" || format === "list" ? "1" : undefined);
  const pages: PageFile = {
    format,
    ...(access !== undefined && { fileAccess: readWord("file-access", access, ["mmap", "pread"]) }),
    ...(stride !== undefined && { stride: readNumber("stride", stride, 1, 2 ** 20) }),
    ...(anonPages !== undefined && { anonPages }),
    ...(filePages !== undefined && { filePages }),
    ...(columns !== undefined && { columns }),
    ...(filter !== undefined && { filter }),
    ...(values.mmap !== undefined && { mmap: readWord("mmap", values.mmap, ["ignore", "read"]) }),
  };
  return { format, trace: { recorded: file, pages } };
}

/** Open a trace. What the format does not need is not loaded. */
export async function openFile(spec: RecordedSpec): Promise<Trace> {
  if (spec.pages) return (await import("../trace/import/read-trace.js")).readTrace(spec.recorded, spec.pages);
  return (await import("../trace/store.js")).openTrace(spec);
}
