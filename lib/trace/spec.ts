/** Parameters of a generator: plain numbers, as in the generator's own documentation. */
export type GeneratorParams = Readonly<Record<string, number>>;

/**
 * How to read a file of page numbers, which does not say itself where its pages lie; see `rig-format.ts` for the records.
 * There are two regions: anonymous memory, and one file.
 */
export interface PageFile {
  /** "rig": binary, four bytes a record. "list": text, one access a line. */
  readonly format: "rig" | "list";
  /** How file pages are accessed: through a mapping, or by read and write. Default: "mmap". */
  readonly fileAccess?: "mmap" | "pread";
  /** Distance between neighbouring anonymous pages, in pages; 512 puts one in each leaf page table. Default: 1. */
  readonly stride?: number;
  /** Length of the anonymous region and of the file, in pages. Default: the highest page in the trace, plus 1. */
  readonly anonPages?: number;
  readonly filePages?: number;
}

/**
 * Which trace a cell replays, as plain data. A recorded trace is named (a file of `data/traces`, without its
 * ending) or given as a path to a Parquet file; a generated one is its generator, parameters and seed.
 */
export type TraceSpec =
  | {
      readonly recorded: string;
      /** The path is of a file of page numbers, not of a Parquet file. */
      readonly pages?: PageFile;
      /** Replay only these records: first index and length. Default: all. */
      readonly window?: { readonly start: number; readonly length: number };
    }
  | {
      readonly generated: string;
      readonly params: GeneratorParams;
      readonly seed: number;
      /** Which memory the pages are: anonymous, a mapped file, or a file read through a descriptor. */
      readonly region: "anon" | "file-mmap" | "file-fd";
    };
