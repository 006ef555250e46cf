/*
 * DAMON's access records, as damo writes them:
 *
 *   damo record --output_type json | json_compressed     (also: damo report raw --json, damo report access --json)
 *   perf script of damon:damon_aggregated                (damo record --output_type perf_script)
 *
 *   [{ "target_id": 0, "intervals": {...}, "snapshots": [
 *      { "start_time": ..., "end_time": ..., "regions": [
 *         { "start": "94,000,000", "end": "94,106,496", "nr_accesses": { "samples": 3, "percent": null }, "age": {...} } ] } ] }]
 *
 * How regions become accesses: DAMON checks one page of a region at each sampling interval and takes it for the region. So in a
 * snapshot each page of a region with nr_accesses = n > 0 is accessed n times: one record with count n, in address order.
 * Where damo gives a percentage only, n is that: accesses in 100 checks. Regions without accesses leave none. Snapshots of several
 * targets take turns, the first of each before the second of any. The order within a snapshot, and loads against stores, no record of DAMON tells: all are
 * loads. Targets are processes (of one address space if they are the physical one); all memory counts as anonymous.
 * Source: damo, src/_damo_records.py (DamonRecord.to_kvpairs), 2.x; include/trace/events/damon.h, 6.12.
 */
import { inflateSync } from "node:zlib";
import { z } from "zod";
import { inputError } from "../../util/error.js";
import type { Trace } from "../trace.js";
import { AddressRecords } from "./address-records.js";
import { eachLine, lineOf, quoted } from "./lines.js";
import { readPieces } from "./source.js";

const PAGE = 4096;
/** Addresses end here: 2^48 bytes, user space and physical memory. */
const MOST_ADDRESS = 2 ** 48;
const MOST_TARGETS = 2 ** 12;
/** A text of JSON is parsed as one: Node's longest text, about. */
const MOST_JSON = 2 ** 29 - 64;

/** Numbers as damo prints them: raw, or as text with commas. */
const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^[\d,]+$/)
    .transform((text) => Number(text.replaceAll(",", ""))),
]);
const percent = z.union([z.number(), z.string().transform((text) => Number.parseFloat(text))]);
const ACCESSES = z.union([
  number,
  z
    .looseObject({ samples: number.nullish(), percent: percent.nullish() })
    .transform(({ samples, percent: share }) => {
      return (
        samples ??
        (share === null || share === undefined ? undefined : share > 0 ? Math.max(1, Math.round(share)) : 0)
      );
    }),
]);
const RECORDS = z.array(
  z.looseObject({
    target_id: z.union([z.number(), z.string()]).nullish(),
    snapshots: z.array(
      z.looseObject({
        regions: z.array(z.looseObject({ start: number, end: number, nr_accesses: ACCESSES })),
      }),
    ),
  }),
);

/** A region of one snapshot. */
interface Region {
  readonly start: number;
  readonly end: number;
  readonly nrAccesses: number;
}

/**
 * Read records of DAMON. JSON is parsed as one, so it takes several times its length in memory; perf script goes line by line.
 * @throws InputError that names the file, and the offset, the region or the line.
 */
export async function readDamon(path: string): Promise<Trace> {
  const records = new AddressRecords(path);
  const first = await firstByte(path);
  if (first === undefined) inputError(`empty trace file: ${path}; expected records of DAMON`);
  const isJson = first === 0x5b || first === 0x78 || first === 0x7b || first <= 0x20;
  if (isJson) await readJson(path, records);
  else await readScript(path, records);
  if (records.nr === 0) inputError(`no accesses in the records of DAMON: ${path}; every nr_accesses is 0`);
  return records.finish();
}

async function firstByte(path: string): Promise<number | undefined> {
  for await (const piece of readPieces(path)) if (piece.length > 0) return piece[0];
  return undefined;
}

async function readJson(path: string, records: AddressRecords): Promise<void> {
  const parsed = RECORDS.safeParse(parse(await textOf(path), path));
  if (!parsed.success) {
    const { path: at, message } = parsed.error.issues[0]!;
    inputError(
      `no records of DAMON: ${message} at ${at.length === 0 ? "the top" : at.join(".")} (${path}); expected ` +
        "[{target_id, snapshots: [{regions: [{start, end, nr_accesses}]}]}]",
    );
  }
  const targets = new Targets(path);
  const processes = parsed.data.map((record, r) => targets.process(String(record.target_id ?? r)));
  const most = parsed.data.reduce((max, { snapshots }) => Math.max(max, snapshots.length), 0);
  for (let s = 0; s < most; s++) {
    for (const [r, { snapshots }] of parsed.data.entries()) {
      for (const [i, { start, end, nr_accesses: nr }] of (snapshots[s]?.regions ?? []).entries()) {
        const place = (): string => `${path}, record ${r}, snapshot ${s}, region ${i}`;
        if (nr === undefined)
          inputError(`region without nr_accesses (${place()}); expected samples or percent`);
        addRegion(records, processes[r]!, { start, end, nrAccesses: nr }, place);
      }
    }
  }
}

async function textOf(path: string): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of readPieces(path)) {
    length += piece.length;
    if (length > MOST_JSON) tooLong(path);
    pieces.push(piece);
  }
  const bytes = Buffer.concat(pieces);
  if (bytes[0] !== 0x78) return bytes.toString("utf8");
  try {
    return inflateSync(bytes, { maxOutputLength: MOST_JSON }).toString("utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") tooLong(path);
    inputError(`damaged compressed JSON: ${path} (${(error as Error).message}); write it again`);
  }
}

function tooLong(path: string): never {
  inputError(
    `too long a JSON: ${path} has over ${MOST_JSON} bytes; write it with damo record --output_type perf_script`,
  );
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    inputError(
      `no JSON: ${path} (${(error as Error).message}); expected the records of damo record, or damo report`,
    );
  }
}

const SCRIPT = /damon:damon_aggregated: +target_id=(\d+) nr_regions=\d+ (\d+)-(\d+): (-?\d+)/;

/** Lines of perf script; damo marks the end of a file by a region from 0 to 0 with -1 accesses. */
async function readScript(path: string, records: AddressRecords): Promise<void> {
  const targets = new Targets(path);
  await eachLine(path, (line, nr) => {
    if (/^\s*(#.*)?$/.test(line)) return;
    const m = SCRIPT.exec(line);
    if (m === null) {
      inputError(
        `no record of DAMON: ${quoted(line.trim())} (${lineOf(path, nr)}); expected damon:damon_aggregated: ` +
          "target_id=N nr_regions=N START-END: NR_ACCESSES, or JSON",
      );
    }
    const [start, end, nrAccesses] = [Number(m[2]), Number(m[3]), Number(m[4])] as [number, number, number];
    if (nrAccesses >= 0)
      addRegion(records, targets.process(m[1]!), { start, end, nrAccesses }, () => lineOf(path, nr));
  });
}

function addRegion(
  records: AddressRecords,
  process: number,
  { start, end, nrAccesses }: Region,
  place: () => string,
): void {
  if (!(start >= 0 && start <= end && end <= MOST_ADDRESS))
    inputError(
      `not a range of addresses: ${start} to ${end} (${place()}); start, then end, at most ${MOST_ADDRESS}`,
    );
  if (!Number.isInteger(nrAccesses) || nrAccesses < 0 || nrAccesses > 0xffff_ffff)
    inputError(`not a number of accesses: ${nrAccesses} (${place()}); give a whole number`);
  if (nrAccesses === 0) return;
  const first = Math.floor(start / PAGE);
  const last = Math.ceil(end / PAGE);
  if (!records.hasRoom(last - first))
    inputError(
      `too many pages: ${last - first} of one region do not fit into the trace (${place()}); record less`,
    );
  for (let page = first; page < last; page++) records.access(process, page, nrAccesses, place);
}

/** Targets, numbered as processes. */
class Targets {
  private readonly known = new Map<string, number>();

  constructor(private readonly path: string) {}

  process(target: string): number {
    let process = this.known.get(target);
    if (process === undefined) {
      process = this.known.size;
      if (process === MOST_TARGETS) inputError(`too many targets: over ${MOST_TARGETS} (${this.path})`);
      this.known.set(target, process);
    }
    return process;
  }
}
