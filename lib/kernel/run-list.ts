/*
 * What the guest is told to do: the image of all traces, and a line of key=value tokens a run.
 */
import { rigRecords, rigWorkloads } from "../trace/generators/rig.js";
import { inputError } from "../util/error.js";
import { DATA_PAGES } from "./guest.js";

/** The workloads of {@link rigWorkloads} at one size, length and choice of seeds. */
export interface TraceSet {
  /** Pages of the basic footprint N; 16384 in the measurements of data/kernel/measured. */
  readonly pages: number;
  /** Factor on lengths; 0.5 in all measurements. */
  readonly scale: number;
  /** Added to every seed. */
  readonly seedOffset: number;
}

/** One trace as the guest finds it. */
export interface ReplayTrace {
  readonly workload: string;
  readonly seed: number;
  /** Offset in the image, in bytes; whole pages, for direct reads. */
  readonly offset: number;
  /** Records. */
  readonly count: number;
  /** Pages of the anonymous region and of the file region. */
  readonly na: number;
  readonly nf: number;
  readonly access: "mmap" | "pread";
  readonly stride: number;
}

/** Which runs to make: all combinations, `reps` times. */
export interface RunPlan extends TraceSet {
  readonly workloads: readonly string[];
  /** Values of lru_gen/enabled. */
  readonly modes: readonly number[];
  /** memory.max: below {@link FRACTION_BELOW} a fraction of `pages`, else in pages. */
  readonly limits: readonly number[];
  readonly reps: number;
  /** undefined: zram where a workload has anonymous pages, else none. */
  readonly swap: "zram" | "disk" | "none" | undefined;
  readonly swappiness: number;
  readonly checkpoints: number;
  /** Further tokens, name and value. */
  readonly extra: Readonly<Record<string, string>>;
}

/** A limit below this is a fraction of the footprint. */
export const FRACTION_BELOW = 16;

const FILE_RECORD = 0x4000_0000;
const PAGE_OF_RECORD = 0x0fff_ffff;
const PAGE = 4096;

/** The guest reads ahead of a trace's end by less than this, in bytes. */
const TAIL = 1 << 20;

/** Highest page + 1 of each region of a stream. */
function regionPages(records: Uint32Array): { na: number; nf: number } {
  let na = 0;
  let nf = 0;
  for (const record of records) {
    const page = record & PAGE_OF_RECORD;
    if (record & FILE_RECORD) nf = Math.max(nf, page + 1);
    else na = Math.max(na, page + 1);
  }
  return { na, nf };
}

/**
 * Generate the traces of some workloads and lay them out in one image.
 *
 * @returns chunks of the image with their offsets, the traces by workload, and the image's size in bytes.
 * @throws InputError for an unknown workload, or a file region beyond the data disk.
 */
export function layTraces(
  names: readonly string[],
  { pages, scale, seedOffset }: TraceSet,
): {
  readonly chunks: readonly { readonly offset: number; readonly records: Uint32Array }[];
  readonly traces: ReadonlyMap<string, ReplayTrace>;
  readonly size: number;
} {
  const specs = rigWorkloads(pages, scale);
  const chunks: { offset: number; records: Uint32Array }[] = [];
  const traces = new Map<string, ReplayTrace>();
  let offset = PAGE;
  for (const workload of new Set(names)) {
    const spec = specs[workload];
    if (spec === undefined) {
      inputError(`unknown workload: ${workload}; use some of ${Object.keys(specs).join(", ")}`);
    }
    const seed = spec.seed + seedOffset;
    const records = rigRecords({ ...spec, seed });
    const { na, nf } = regionPages(records);
    if (nf > DATA_PAGES) {
      inputError(
        `file region too large: ${nf} pages (${workload} with --pages ${pages}); ` +
          `the data disk has ${DATA_PAGES}: lower --pages`,
      );
    }
    const access = spec.region === "file-fd" ? "pread" : "mmap";
    const { stride = 1 } = spec.params;
    traces.set(workload, { workload, seed, offset, count: records.length, na, nf, access, stride });
    chunks.push({ offset, records });
    offset = Math.ceil((offset + records.byteLength) / PAGE) * PAGE;
  }
  return { chunks, traces, size: offset + TAIL };
}

/** Tokens that the plan itself sets. */
const OWN = "id wl mode frac limit rep toff tcnt na nf fm stride swap swpn ck pages scale seed".split(" ");

/** The lines of the run list, repetition after repetition. */
export function runLines(plan: RunPlan, traces: ReadonlyMap<string, ReplayTrace>): string[] {
  for (const [name, value] of Object.entries(plan.extra)) {
    if (OWN.includes(name)) inputError(`token set twice: ${name}=${value}; it has an option of its own`);
    if (!/^[a-z]\w*$/.test(name) || !/^[\w.+-]{1,100}$/.test(value)) {
      inputError(`invalid token: ${name}=${value}; use a word, "=" and a value without blanks`);
    }
  }
  const lines: string[] = [];
  for (let rep = 1; rep <= plan.reps; rep++) {
    for (const workload of plan.workloads) {
      for (const limit of plan.limits) {
        for (const mode of plan.modes) {
          lines.push(line(plan, traces.get(workload)!, lines.length + 1, rep, limit, mode));
        }
      }
    }
  }
  return lines;
}

function line(
  plan: RunPlan,
  trace: ReplayTrace,
  id: number,
  rep: number,
  limit: number,
  mode: number,
): string {
  const pages = limit < FRACTION_BELOW ? Math.round(limit * plan.pages) : limit;
  const tokens: Readonly<Record<string, string | number>> = {
    id,
    wl: trace.workload,
    mode,
    frac: Number((pages === limit ? limit / plan.pages : limit).toFixed(6)),
    limit: pages,
    rep,
    toff: trace.offset,
    tcnt: trace.count,
    na: trace.na,
    nf: trace.nf,
    fm: trace.access,
    stride: trace.stride,
    swap: plan.swap ?? (trace.na > 0 ? "zram" : "none"),
    swpn: plan.swappiness,
    ck: plan.checkpoints,
    pages: plan.pages,
    scale: plan.scale,
    seed: trace.seed,
    ...plan.extra,
  };
  return Object.entries(tokens)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}
