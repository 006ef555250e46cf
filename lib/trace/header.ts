/* What a trace file says about itself, as JSON in the metadata of the Parquet file. */
import { z } from "zod";
import { inputError } from "../util/error.js";
import { PTRS_PER_PTE, type TraceLayout } from "./trace.js";

/** Version of the trace file format. */
export const FORMAT_VERSION = 1;

/** Where a trace comes from. For people; nothing is computed from it. */
export interface TraceOrigin {
  /** What the program did. */
  readonly about: string;
  /** Command lines, in the order in which they ran. */
  readonly command: readonly string[];
  /** Version line of the program. */
  readonly version: string;
  /** Version line of the tool that recorded it. */
  readonly recorder: string;
  /** How accesses were folded into records; see data/README.md. */
  readonly reduction?:
    | { readonly filter: number; readonly refresh: number; readonly second?: number | undefined }
    | undefined;
}

/** The metadata of a trace file. */
export interface TraceHeader {
  readonly format: typeof FORMAT_VERSION;
  readonly name: string;
  readonly synthetic: boolean;
  /** See {@link Trace.digest}. */
  readonly digest: string;
  readonly origin: TraceOrigin;
  readonly layout: TraceLayout;
}

const whole = z.int().min(0).max(0x3fff_ffff);

const LAYOUT = z.strictObject({
  nrSlots: whole.multipleOf(PTRS_PER_PTE),
  vmas: z.array(
    z.strictObject({
      process: whole.max(0xffff),
      start: whole,
      nr: whole.min(1),
      kind: z.enum(["anon", "file"]),
      file: whole.optional(),
      offset: whole.optional(),
      exec: z.boolean().optional(),
      recency: z.boolean().optional(),
    }),
  ),
  files: z.array(z.strictObject({ name: z.string(), nr: whole })),
});

const HEADER = z.object({
  format: z.literal(FORMAT_VERSION),
  name: z.string(),
  synthetic: z.boolean(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  origin: z.object({
    about: z.string(),
    command: z.array(z.string()),
    version: z.string(),
    recorder: z.string(),
    reduction: z.object({ filter: whole, refresh: whole, second: whole.optional() }).optional(),
  }),
  layout: LAYOUT,
});

/** Throws an InputError if ranges overlap, lie outside, or map what is not there. */
export function checkLayout(layout: TraceLayout, path: string): void {
  let end = 0;
  layout.vmas.forEach((vma, index) => {
    const place = `vma ${index} (${path})`;
    if (vma.start < end) inputError(`vmas overlap or are out of order: ${place}`);
    end = vma.start + vma.nr;
    if (end > layout.nrSlots)
      inputError(`vma outside the slots: ${place} ends at ${end} of ${layout.nrSlots}`);
    if ((vma.kind === "file") !== (vma.file !== undefined))
      inputError(`vma of kind ${vma.kind} and file ${vma.file}: ${place}`);
    if (vma.file === undefined) return;
    const file = layout.files[vma.file];
    if (file === undefined) inputError(`vma of an unknown file: ${vma.file} in ${place}`);
    if ((vma.offset ?? 0) + vma.nr > file.nr) inputError(`vma beyond the end of ${file.name}: ${place}`);
  });
  const total = layout.files.reduce((sum, file) => sum + file.nr, layout.nrSlots);
  if (total > 0x3fff_ffff)
    inputError(`footprint beyond the address range: ${total} slots (${path}); at most 2^30 - 1`);
}

/** Parses the metadata of a trace file. Throws an InputError that names the file. */
export function parseHeader(text: string, path: string): TraceHeader {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    inputError(
      `damaged trace file: ${path} (metadata: ${(error as Error).message}); copy or record it again`,
    );
  }
  const format = (json as { format?: unknown } | null)?.format;
  if (format !== FORMAT_VERSION) {
    inputError(
      `unknown trace format: ${String(format)} (${path}); this version reads format ${FORMAT_VERSION}`,
    );
  }
  const result = HEADER.safeParse(json);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    inputError(`bad trace metadata: ${issue.path.join(".")} ${issue.message} (${path}); record it again`);
  }
  const header = result.data as TraceHeader;
  checkLayout(header.layout, path);
  return header;
}
