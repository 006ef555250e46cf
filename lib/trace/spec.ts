/** Parameters of a generator: plain numbers, as in the generator's own documentation. */
export type GeneratorParams = Readonly<Record<string, number>>;

/** A file format that is read directly; `import/` has a reader for each, which says what it is. */
export type PageFormat =
  | "rig"
  | "list"
  | "oracleGeneral"
  | "csv"
  | "block"
  | "lackey"
  | "strace"
  | "perf"
  | "damon";

/** How to read a file that another tool wrote: its format, and what it does not say itself. */
export interface PageFile {
  /**
   * "rig": binary, four bytes a record. "list": text, one access a line. "oracleGeneral", "csv": requests of libCacheSim. "block": I/O
   * of block devices. "lackey", "strace", "perf", "damon": logs of these tools.
   */
  readonly format: PageFormat;
  /**
   * How file pages are accessed: through a mapping, or by read and write. Default: "mmap" for rig and list, "pread" for block. For
   * oracleGeneral and csv it makes the objects pages of a file; without it they are anonymous pages.
   */
  readonly fileAccess?: "mmap" | "pread";
  /** Distance between neighbouring anonymous pages, in pages; 512 puts one in each leaf page table. Default: 1. */
  readonly stride?: number;
  /** Length of the anonymous region and of the file, in pages; rig and list. Default: the highest page in the trace, plus 1. */
  readonly anonPages?: number;
  readonly filePages?: number;
  /** Which columns of a csv or block trace hold what; see `import/columns.ts`. */
  readonly columns?: string;
  /** lackey: pages that a process remembers; accesses to them fold into earlier records. 1 folds runs only. Default: 64. */
  readonly filter?: number;
  /** strace: what mapping a file stands for: nothing, or reading all its pages. Default: "ignore". */
  readonly mmap?: "ignore" | "read";
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
