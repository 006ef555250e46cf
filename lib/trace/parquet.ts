/*
 * Trace files. One row is one record, or one unmap; README.md in data/ gives the columns and their units. What
 * is not a row (layout, origin, digest) is JSON in the key-value metadata of the file.
 *
 * The footer of a Parquet file and its pages carry no checksum that every reader checks, so the digest of the
 * content is compared after decoding: a damaged file is an error, never another trace.
 */
import { createHash, randomBytes } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { type FileMetaData, parquetMetadata, parquetRead } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { parquetWriteBuffer, type SchemaElement } from "hyparquet-writer";
import { inputError } from "../util/error.js";
import { canonicalLayout, traceDigest } from "./digest.js";
import { FORMAT_VERSION, parseHeader, type TraceHeader, type TraceOrigin } from "./header.js";
import { rowsOfTrace, traceOfRows } from "./rows.js";
import type { Trace } from "./trace.js";

const HEADER_KEY = "reclaim-lab.trace";

/** Metadata key of the sha256 of the header's text. */
const SUM_KEY = "reclaim-lab.sha256";

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

const COLUMNS: readonly SchemaElement[] = [
  { name: "page", type: "INT32", converted_type: "UINT_32", repetition_type: "REQUIRED" },
  { name: "op", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
  { name: "kind", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
  { name: "process", type: "INT32", converted_type: "UINT_16", repetition_type: "REQUIRED" },
  { name: "count", type: "INT32", converted_type: "UINT_32", repetition_type: "REQUIRED" },
];

/** Node's own brotli: the file is a third smaller than with gzip, and decodes as fast. */
function brotli(bytes: Uint8Array): Uint8Array {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  return brotliCompressSync(bytes, { params });
}

/**
 * Write a trace as Parquet, atomically. The same trace and origin give the same bytes.
 *
 * @param origin Where the trace comes from, for people; kept in the file's metadata.
 */
export async function writeTraceFile(path: string, trace: Trace, origin: TraceOrigin): Promise<void> {
  const header: TraceHeader = {
    format: FORMAT_VERSION,
    name: trace.name,
    synthetic: trace.synthetic,
    digest: trace.digest,
    origin,
    layout: canonicalLayout(trace.layout),
  };
  const text = JSON.stringify(header);
  // Plain arrays: the writer (0.17.0) refuses numbers from 2^31 on in a Uint32Array.
  const rows = rowsOfTrace(trace);
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: "page", data: Array.from(rows.page), encoding: "PLAIN" },
      { name: "op", data: rows.op },
      { name: "kind", data: rows.kind },
      { name: "process", data: rows.process },
      { name: "count", data: Array.from(rows.count), encoding: "PLAIN" },
    ],
    schema: [{ name: "trace", num_children: COLUMNS.length }, ...COLUMNS],
    statistics: false,
    codec: "BROTLI",
    compressors: { BROTLI: brotli },
    rowGroupSize: 1 << 22,
    pageSize: 1 << 24,
    kvMetadata: [
      { key: HEADER_KEY, value: text },
      { key: SUM_KEY, value: sha256(text) },
    ],
    createdBy: "reclaim-lab",
  });
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await writeFile(temporary, new Uint8Array(buffer));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The bytes of a trace file. Throws an InputError if there is none. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    inputError(`cannot read trace file: ${path} (${(error as Error).message}); check the path`);
  }
}

function damaged(path: string, what: string): never {
  inputError(`damaged trace file: ${path} (${what}); copy or record it again`);
}

function fileMetadata(bytes: ArrayBuffer, path: string): FileMetaData {
  const tail = new Uint8Array(bytes).subarray(-4);
  const head = new Uint8Array(bytes).subarray(0, 4);
  const magic = (part: Uint8Array): boolean => String.fromCharCode(...part) === "PAR1";
  if (!magic(head)) inputError(`not a Parquet file: ${path}; give a trace written by reclaim-lab`);
  if (bytes.byteLength < 12 || !magic(tail)) damaged(path, "the end is missing");
  try {
    return parquetMetadata(bytes);
  } catch (error) {
    damaged(path, (error as Error).message);
  }
}

function checkColumns(metadata: FileMetaData, path: string): void {
  const found = metadata.schema.slice(1);
  for (const [index, { name, type }] of COLUMNS.entries()) {
    if (found[index]?.name === name && found[index].type === type) continue;
    const list = found.map((column) => `${column.name} ${column.type}`).join(", ");
    inputError(`wrong columns: ${list} (${path}); a trace has page, op, kind, process, count`);
  }
}

/** Reads the metadata of a trace file: origin, layout, digest. Throws an InputError as {@link readTraceFile}. */
export async function readTraceHeader(path: string): Promise<TraceHeader> {
  return headerOf(fileMetadata(arrayBuffer(await readBytes(path)), path), path);
}

function headerOf(metadata: FileMetaData, path: string): TraceHeader {
  const value = (name: string): string | undefined => {
    return metadata.key_value_metadata?.find(({ key }) => key === name)?.value;
  };
  const text = value(HEADER_KEY);
  if (text === undefined)
    inputError(`no trace in Parquet file: ${path} (metadata key ${HEADER_KEY} is missing)`);
  const header = parseHeader(text, path);
  if (value(SUM_KEY) !== sha256(text)) damaged(path, "its metadata does not have the sha256 that it claims");
  return header;
}

function arrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

/** Decodes the bytes of a trace file. `path` is for messages. Throws an InputError as {@link readTraceFile}. */
export async function decodeTrace(bytes: Uint8Array, path: string): Promise<Trace> {
  const buffer = arrayBuffer(bytes);
  const metadata = fileMetadata(buffer, path);
  checkColumns(metadata, path);
  const header = headerOf(metadata, path);
  const columns = await readColumns(buffer, metadata, path);
  const content = traceOfRows(columns, header.layout, path);
  if (traceDigest({ ...content, layout: header.layout }) !== header.digest) {
    damaged(path, "its content does not have the sha256 that it claims");
  }
  return {
    name: header.name,
    digest: header.digest,
    synthetic: header.synthetic,
    layout: header.layout,
    ...content,
  };
}

/**
 * Read a trace file. Throws an InputError that names the file, and the row where there is one: file missing, not
 * Parquet, truncated or damaged, wrong columns, unknown op or kind, page outside the layout, count of 0.
 */
export async function readTraceFile(path: string): Promise<Trace> {
  return decodeTrace(await readBytes(path), path);
}

type Columns = Parameters<typeof traceOfRows>[0];

async function readColumns(file: ArrayBuffer, metadata: FileMetaData, path: string): Promise<Columns> {
  const nr = Number(metadata.num_rows);
  const columns: Record<string, unknown[]> = { page: [], op: [], kind: [], process: [], count: [] };
  if (!(nr < 2 ** 30)) damaged(path, `${nr} rows`);
  try {
    await readGroups(file, metadata, columns);
  } catch (error) {
    damaged(path, (error as Error).message);
  }
  for (const [name, column] of Object.entries(columns)) {
    if (column.length !== nr) damaged(path, `column ${name} has ${column.length} of ${nr} rows`);
  }
  return columns as unknown as Columns;
}

/** Reads one column of one row group after another: of several at once, the second failure would go unhandled. */
async function readGroups(
  file: ArrayBuffer,
  metadata: FileMetaData,
  columns: Record<string, unknown[]>,
): Promise<void> {
  const decoders = { ...compressors, BROTLI: (input: Uint8Array): Uint8Array => brotliDecompressSync(input) };
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    for (const [name, column] of Object.entries(columns)) {
      await parquetRead({
        file,
        metadata,
        compressors: decoders,
        columns: [name],
        rowStart,
        rowEnd,
        onChunk: (chunk) => {
          for (let i = 0; i < chunk.columnData.length; i++) column[chunk.rowStart + i] = chunk.columnData[i];
        },
      });
    }
    rowStart = rowEnd;
  }
}
