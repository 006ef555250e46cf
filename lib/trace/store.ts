/*
 * Opens traces by their spec. A recorded trace is decoded once per process, into shared memory; the decoded form
 * is also kept on disk, named by the sha256 of the Parquet file.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { inputError } from "../util/error.js";
import { traceDigest } from "./digest.js";
import { generateTrace } from "./generate.js";
import { readTrace } from "./import/read-trace.js";
import { decodeTrace, readBytes } from "./parquet.js";
import { readRaw, writeRaw } from "./raw-cache.js";
import type { TraceSpec } from "./spec.js";
import type { Trace } from "./trace.js";

/** Root of the package: the folder that holds data/ and dist/ (or lib/, when run from source). */
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const TRACES = join(ROOT, "data", "traces");

/** Options of {@link openTrace}. */
export interface OpenOptions {
  /** Folder of decoded traces; made if missing, ignored if it cannot be written. Default: `.cache/traces`. */
  readonly cacheDir?: string;
}

/** The recorded traces that come with the package, by name. */
export function listTraces(): { name: string; path: string }[] {
  if (!existsSync(TRACES)) return [];
  const files = readdirSync(TRACES).filter((file) => file.endsWith(".parquet"));
  return files.sort().map((file) => ({ name: file.slice(0, -".parquet".length), path: join(TRACES, file) }));
}

function pathOf(recorded: string): string {
  if (recorded.endsWith(".parquet") || /[/\\]/.test(recorded)) return resolve(recorded);
  const known = listTraces();
  const found = known.find(({ name }) => name === recorded);
  if (found !== undefined) return found.path;
  const names = known.map(({ name }) => name).join(", ");
  inputError(`unknown trace: ${recorded}; use one of ${names}, or the path of a Parquet file`);
}

/** Records `start` to `start + length`, as views, with the events between them. Throws an InputError if outside. */
export function windowTrace(trace: Trace, start: number, length: number): Trace {
  const total = trace.records.length;
  const end = start + length;
  if (!Number.isInteger(start) || !Number.isInteger(length) || start < 0 || length < 1 || end > total) {
    inputError(`window outside the trace: ${start} + ${length} (${trace.name}); it has ${total} records`);
  }
  const records = trace.records.subarray(start, end);
  const counts = trace.counts.subarray(start, end);
  const inside = trace.events.filter(({ at }) => at >= start && (at < end || end === total));
  const events = inside.map((event) => ({ ...event, at: event.at - start }));
  const digest = traceDigest({ layout: trace.layout, records, counts, events });
  return { ...trace, name: `${trace.name}[${start}+${length}]`, digest, records, counts, events };
}

const opened = new Map<string, Promise<Trace>>();

/** Keeps the first result of each key; a failure is not kept, so that a repaired file can be opened. */
function once(key: string, open: () => Promise<Trace>): Promise<Trace> {
  let trace = opened.get(key);
  if (trace === undefined) {
    trace = open();
    opened.set(key, trace);
    trace.catch(() => opened.delete(key));
  }
  return trace;
}

/** Generated traces that are kept, the latest last. A study over many seeds must not keep them all. */
const made: { key: string; trace: Trace }[] = [];
const NR_MADE = 4;

function generated(spec: Extract<TraceSpec, { generated: string }>): Trace {
  const key = JSON.stringify(spec);
  const known = made.find((entry) => entry.key === key);
  if (known !== undefined) return known.trace;
  const trace = generateTrace(spec);
  made.push({ key, trace });
  if (made.length > NR_MADE) made.shift();
  return trace;
}

async function openRecorded(path: string, cacheDir: string): Promise<Trace> {
  const bytes = await readBytes(path);
  const raw = join(cacheDir, `${createHash("sha256").update(bytes).digest("hex")}.raw`);
  const cached = readRaw(raw);
  if (cached !== undefined) return cached;
  const trace = await decodeTrace(bytes, path);
  writeRaw(raw, trace);
  return trace;
}

/**
 * Open the trace that a spec names. The arrays stand on SharedArrayBuffers. Opening the same spec again in one
 * process gives the same object, even if the file has changed since (of generated traces, the last few are kept). Throws an InputError for an unknown name or
 * generator, a window outside the trace, and everything that `readTraceFile` and `readTrace` refuse.
 */
export async function openTrace(spec: TraceSpec, options: OpenOptions = {}): Promise<Trace> {
  if ("generated" in spec) return generated(spec);
  const { window, pages } = spec;
  const path = pages === undefined ? pathOf(spec.recorded) : resolve(spec.recorded);
  const key = pages === undefined ? path : `${path} ${JSON.stringify(pages)}`;
  const cacheDir = options.cacheDir ?? join(ROOT, ".cache", "traces");
  const whole = once(key, async () =>
    pages === undefined ? openRecorded(path, cacheDir) : readTrace(path, pages),
  );
  if (window === undefined) return whole;
  return once(`${key} ${window.start} ${window.length}`, async () => {
    return windowTrace(await whole, window.start, window.length);
  });
}
