/** Parameters of a generator: plain numbers, as in the generator's own documentation. */
export type GeneratorParams = Readonly<Record<string, number>>;

/**
 * Which trace a cell replays, as plain data. A recorded trace is named (a file of `data/traces`, without its
 * ending) or given as a path to a Parquet file; a generated one is its generator, parameters and seed.
 */
export type TraceSpec =
  | {
      readonly recorded: string;
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
