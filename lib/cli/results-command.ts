/* `reclaim-lab results`: what a results folder holds, as text, as JSON, and as files for other programs. */
import type { ColumnTable } from "arquero";
import { invalidText } from "../design/describe.js";
import {
  type CodeCount,
  pruneResults,
  readResults,
  resultCodes,
  showResult,
  staleResults,
  verifyResults,
} from "../study/results/catalog.js";
import { exportTable, FORMATS, formatOf } from "../study/results/export.js";
import { listStudies } from "../study/results/manifest.js";
import { mergeResults } from "../study/results/merge.js";
import { staleText } from "../study/results/read.js";
import { studyTable } from "../study/results/study-table.js";
import { inputError } from "../util/error.js";
import { parseWords, readWord } from "./arguments.js";

const USAGE = `reclaim-lab results COMMAND [--results DIR] [--json]

  list                  results by the code that computed them, and the named studies
  show HASH             one result with its spec, counters and provenance; the first digits will do
  export --out FILE     a table: .csv, .parquet, .arrow (IPC file) or .json
    --study NAME        the rows of a study, with its labels, whatever the code (said on stderr); else all results of
                        the current code. Columns beside labels: of a design FACTOR_on (0 or 1); policy, option_NAME and
                        set_SWITCH as they were in force, where rows differ
    --all               results of other code, too, told apart by code_digest
    --format F          ${FORMATS.join(", ")}; where FILE does not say; without --out: csv or json on stdout
  stale                 results that other code computed
  prune [CODE...]       remove them: all, or those of these code digests (first digits)
  verify                read everything and check it
  merge                 bring what runs have logged into the DuckDB and Parquet files now

  --results DIR         [results]
  --json                JSON on stdout

The folder's files open in other programs: current/cells.duckdb (open it read-only: each run replaces it) and
current/cells.parquet. Exit codes: 0 done, 1 a fault of the program or, of verify, something is wrong, 2 bad input.`;

const OPTIONS = {
  results: { type: "string", default: "results" },
  json: { type: "boolean", default: false },
  study: { type: "string" },
  out: { type: "string" },
  format: { type: "string" },
  all: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

type Values = ReturnType<typeof parseWords<typeof OPTIONS>>["values"];

/** Takes the folder, the words after the command and the options; returns what --json prints, the text, the code. */
type Run = (
  folder: string,
  words: readonly string[],
  values: Values,
) => Promise<{ readonly json: unknown; readonly text: string; readonly code?: number }>;

const COMMANDS: Readonly<Record<string, Run>> = {
  async list(folder) {
    const [codes, studies] = [await resultCodes(folder), await listStudies(folder)];
    const text = `${codesText(codes)}\nstudies: ${studies.join(", ") || "none"}`;
    return { json: { codes, studies }, text };
  },
  async show(folder, [hash = ""]) {
    const found = await showResult(folder, hash);
    return { json: found, text: JSON.stringify(found, null, 2) };
  },
  async stale(folder) {
    const codes = await staleResults(folder);
    const text = codes.length === 0 ? "none" : `${codesText(codes)}\nreclaim-lab results prune removes them`;
    return { json: codes, text };
  },
  async prune(folder, codes) {
    const done = await pruneResults(folder, codes.length === 0 ? undefined : codes);
    return { json: done, text: `${done.dropped} results removed, ${done.entries} left` };
  },
  async verify(folder) {
    const found = await verifyResults(folder);
    const { entries, damaged, doubled, conflicts } = found;
    const wrong = { damaged, doubled, "in conflict": conflicts };
    const lines = Object.entries(wrong).flatMap(([what, where]) => where.map((place) => `${what}: ${place}`));
    const text = [`${entries} results are whole`, ...lines].join("\n");
    return { json: found, text, code: lines.length > 0 ? 1 : 0 };
  },
  async merge(folder) {
    const done = await mergeResults(folder);
    return { json: done, text: `${done.entries} results in ${folder}/current` };
  },
  async export(folder, _, { study, all, out, format: named }) {
    const table: ColumnTable =
      study === undefined ? await readResults(folder, { all }) : await ofStudy(folder, study);
    const format = named === undefined ? formatOf(out) : readWord("format", named, FORMATS);
    if (out === undefined) {
      if (format !== "csv" && format !== "json") inputError(`no file for ${format}: give --out FILE`);
      return { json: table.objects(), text: (format === "csv" ? table.toCSV() : table.toJSON()).trimEnd() };
    }
    await exportTable(table, out, format);
    const done = { file: out, format, rows: table.numRows(), columns: table.numCols() };
    return { json: done, text: `${done.rows} rows, ${done.columns} columns: ${out}` };
  },
};

/** The table of a study; says on stderr which of its rows are of other code, and which cells are none because they cannot run. */
async function ofStudy(folder: string, study: string): Promise<ColumnTable> {
  const { table, stale, invalid } = await studyTable(folder, study);
  if (invalid.length > 0) {
    console.error(`note: no rows for ${invalidText({ invalid }).join("\n")}`);
  }
  const nr = stale.reduce((sum, { cells }) => sum + cells, 0);
  if (nr > 0) {
    console.error(
      `warning: ${nr} of ${table.numRows()} rows are of other code: ${staleText(stale)}; column code_digest tells ` +
        "them apart; run the study again for those of the current code",
    );
  }
  return table;
}

/** Words that a command takes after its name. */
const NR_WORDS: Readonly<Record<string, number>> = { show: 1, prune: 1000 };

/** The command; returns the exit code. */
export async function resultsCommand(args: readonly string[]): Promise<number> {
  const { values, words } = parseWords(args, OPTIONS, 1001);
  const [name, ...rest] = words;
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (name === undefined || !Object.hasOwn(COMMANDS, name))
    inputError(
      `${name === undefined ? "no command" : `unknown command: ${name}`}; use ${Object.keys(COMMANDS).join(", ")}`,
    );
  const extra = rest[NR_WORDS[name] ?? 0];
  if (extra !== undefined) inputError(`unexpected argument: ${extra}; see --help`);
  const { json, text, code = 0 } = await COMMANDS[name]!(values.results, rest, values);
  console.log(values.json ? JSON.stringify(json) : text);
  return code;
}

function codesText(codes: readonly CodeCount[]): string {
  if (codes.length === 0) return "no results";
  return codes
    .map(
      ({ codeDigest, cells, current, commits, first, last }) =>
        `${codeDigest.slice(0, 12)}  ${String(cells).padStart(7)} results  ${current ? "current" : "stale  "}  ` +
        `commit ${commits.join(", ")}, ${first.slice(0, 16)} to ${last.slice(0, 16)} UTC`,
    )
    .join("\n");
}
