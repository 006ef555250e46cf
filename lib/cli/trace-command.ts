/*
 * `reclaim-lab trace`: what a trace holds, and traces from one format to another. What the commands do is in lib/trace:
 * readTrace, traceInfo, exportTrace, recordCommand.
 */
import { basename } from "node:path";
import { EXPORT_FORMATS, type ExportFormat, exportTrace } from "../trace/export.js";
import type { TraceOrigin } from "../trace/header.js";
import { PAGE_FORMATS } from "../trace/import/read-trace.js";
import { traceInfo } from "../trace/info/trace-info.js";
import type { Trace } from "../trace/trace.js";
import { inputError } from "../util/error.js";
import { parseOptions, readWord } from "./arguments.js";
import {
  FORMAT_USAGE,
  formatOf,
  LAYOUT_USAGE,
  openFile,
  readTraceSpec,
  TRACE_OPTIONS,
} from "./trace-options.js";
import { infoText } from "./trace-text.js";

export const USAGE: string = `reclaim-lab trace COMMAND

  info FILE [options]                      footprint by region, reuse distances, working set over time, where it accesses memory
  import FILE --format F -o OUT.parquet    a trace of another tool as a trace of ours
  convert FILE -o OUT [--to T]             a trace in another format: ${EXPORT_FORMATS.join(", ")}    [parquet, by the ending of OUT]
  record -o OUT.parquet -- COMMAND         run a command and record what it does to memory (valgrind), or to files (strace)

Reading a trace (info, import, convert); FILE may also be the name of a trace of data/traces:
${FORMAT_USAGE}
  --json                  info: one JSON object on stdout; else {records, pages, digest, lost} of what was written

${LAYOUT_USAGE}

record:
  --tool T                lackey: every access in user space, 50 to 100 times slower; strace: reads and writes of files   [lackey]
  --filter N              as above: pages that a process remembers                                    [64]

Exit codes: 0 done, 1 a fault of the program, 2 bad input.`;

const OPTIONS = {
  ...TRACE_OPTIONS,
  to: { type: "string" },
  output: { type: "string", short: "o" },
  tool: { type: "string", default: "lackey" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

type Values = ReturnType<typeof parseOptions<typeof OPTIONS>>;

const COMMANDS: Readonly<
  Record<string, (files: readonly string[], values: Values) => Promise<number | undefined>>
> = {
  info,
  import: (files, values) => {
    const formats = [...PAGE_FORMATS];
    readWord(
      "format",
      values.format ?? inputError(`missing option: --format; give one of ${formats.join(", ")}`),
      formats,
    );
    return convert(files, values, "parquet");
  },
  convert: (files, values) => convert(files, values, exportFormat(values)),
  record,
};

/** The command; returns the exit code. */
export async function traceCommand(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h") {
    console.log(USAGE);
    return name === undefined ? 2 : 0;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    inputError(`unknown command: trace ${name}; use ${Object.keys(COMMANDS).join(", ")}, or see --help`);
  }
  const end = rest.indexOf("--");
  const [own, command] = end < 0 ? [rest, []] : [rest.slice(0, end), rest.slice(end + 1)];
  const { values, files } = split(own);
  if (!values.help) return (await COMMANDS[name]!([...files, ...command], values)) ?? 0;
  console.log(USAGE);
  return 0;
}

/** Options apart from files: an option that takes a value takes the next argument. */
function split(args: readonly string[]): { values: Values; files: string[] } {
  const files: string[] = [];
  const options: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (!arg.startsWith("-") || arg === "-") {
      files.push(arg);
      continue;
    }
    options.push(arg);
    const name = arg === "-o" ? "output" : arg.slice(2);
    const takesValue =
      Object.hasOwn(OPTIONS, name) && OPTIONS[name as keyof typeof OPTIONS].type === "string";
    if (takesValue && i + 1 < args.length) options.push(args[++i]!);
  }
  return { values: parseOptions(options, OPTIONS), files };
}

function oneFile(files: readonly string[]): string {
  if (files.length === 1) return files[0]!;
  inputError(
    files.length === 0
      ? "missing file: give the path of a trace, or see --help"
      : `too many files: ${files.join(" ")}; give one`,
  );
}

function output({ output: path }: Values): string {
  return (
    path ?? inputError("missing option: -o; give the path of the file to write, such as -o trace.parquet")
  );
}

function exportFormat(values: Values): ExportFormat {
  if (values.to !== undefined) return readWord("to", values.to, EXPORT_FORMATS);
  const path = output(values);
  const known: Readonly<Record<string, ExportFormat>> = {
    parquet: "parquet",
    txt: "list",
    list: "list",
    oracleGeneral: "oracleGeneral",
  };
  const ending = path.slice(path.lastIndexOf(".") + 1);
  return (
    known[ending] ??
    (ending === "bin" ? "rig" : inputError(`unknown ending: ${path}; give --to ${EXPORT_FORMATS.join(", ")}`))
  );
}

async function info(files: readonly string[], values: Values): Promise<undefined> {
  const { trace } = readTraceSpec(oneFile(files), values);
  const found = traceInfo(await openFile(trace));
  console.log(values.json ? JSON.stringify(found) : infoText(found));
}

async function convert(files: readonly string[], values: Values, to: ExportFormat): Promise<undefined> {
  const file = oneFile(files);
  const { format, trace: spec } = readTraceSpec(file, values);
  const path = output(values);
  const trace = await openFile(spec);
  const origin = await originOf(file, formatOf(format, file));
  await write(path, trace, to, origin, values.json);
}

/** What the file says of itself, or that it was imported. */
async function originOf(file: string, format: string): Promise<TraceOrigin> {
  if (format !== "parquet") {
    return {
      about: `imported from ${basename(file)}`,
      command: [],
      version: "",
      recorder: `reclaim-lab, format ${format}`,
    };
  }
  const { readTraceHeader } = await import("../trace/parquet.js");
  const { listTraces } = await import("../trace/store.js");
  const path = listTraces().find(({ name }) => name === file)?.path ?? file;
  return (await readTraceHeader(path)).origin;
}

async function record(command: readonly string[], values: Values): Promise<number> {
  const path = output(values);
  const tool = readWord("tool", values.tool, ["lackey", "strace"]);
  const { filter } = readTraceSpec("log", { format: "lackey", filter: values.filter }).trace.pages ?? {};
  const { enterNamespace, recordCommand } = await import("../trace/record/record-command.js");
  if (tool === "lackey" && command.length > 0) {
    const code = enterNamespace();
    if (code !== undefined) return code;
  }
  const recorded = await recordCommand(command, {
    tool,
    progress: (text) => console.error(text),
    ...(filter !== undefined && { filter }),
  });
  await write(path, recorded.trace, "parquet", recorded.origin, values.json);
  return 0;
}

async function write(
  path: string,
  trace: Trace,
  to: ExportFormat,
  origin: TraceOrigin,
  json: boolean,
): Promise<void> {
  let lost: string[];
  try {
    lost = await exportTrace(path, trace, to, origin);
  } catch (error) {
    const { syscall, message } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    inputError(`cannot write: ${path} (${message}); check the path`);
  }
  const { pages } = (await import("../trace/facts.js")).traceFacts(trace);
  const { length: records } = trace.records;
  if (json) console.log(JSON.stringify({ records, pages, digest: trace.digest, lost }));
  else {
    console.log(
      `${path}: ${records.toLocaleString("en-US")} records, ${pages.toLocaleString("en-US")} pages, ${to}`,
    );
    for (const what of lost) console.log(`not in this format: ${what}`);
  }
}
