/*
 * The workloads that were replayed on real kernels (a guest under qemu, memory.max, every lru_gen mode).
 * Their names, parameters and streams are those of the rig's own generator, so a simulated cell and a
 * measured one saw the same accesses; data/kernel/traces.json holds the checksums that prove it.
 */
import { inputError } from "../../util/error.js";
import type { GeneratorParams } from "../spec.js";
import { SECOND } from "./generator.js";
import { type GeneratedSpec, planStream } from "./stream.js";

/** Pages that a record of the rig can name (bits 0 to 27). */
const RIG_PAGES = 2 ** 28;

const RIG_SEED = 12345;

const REGION_OF_SUFFIX = { a: "anon", f: "file-mmap", p: "file-fd" } as const;

type Suffix = keyof typeof REGION_OF_SUFFIX;
type Row = readonly [name: string, generated: string, suffixes: string, params: GeneratorParams];

function rows(N: number, T: number): readonly Row[] {
  const half = T >> 1;
  const pw = 0.3;
  const strewn = { N: 2 * N, T, hf: 0.125, ph: 0.8, pw };
  return [
    ["unif", "uniform", "afp", { N, T: half, pw }],
    ["zipf08", "zipf", "afp", { N, T, s: 0.8, pw }],
    ["zipf10", "zipf", "afp", { N, T, s: 1, pw }],
    ["zipf12", "zipf", "af", { N, T, s: 1.2, pw }],
    ["cyc", "loop", "afp", { N, T: 12 * N, pw }],
    ["hotscan", "hotscan", "afp", { N: 4 * N, H: N >> 2, ratio: 8, pw }],
    ["phase", "phases", "af", { N, T, phases: 6, Wn: Math.round(N * 0.4), pw }],
    ["mix", "mix", "fp", { H: N >> 1, nf: 3 * N, s: 0.8, ratio: 8, pw }],
    ["dirty", "zipf", "fp", { N, T: half, s: 0.8, pw: 0.5 }],
    ["clus64", "clustered", "af", { ...strewn, c: 64 }],
    ["clus8", "clustered", "af", { ...strewn, c: 8 }],
    ["clus1", "clustered", "af", { ...strewn, c: 1 }],
    ["pmd1", "clustered", "a", { N: N >> 2, T: half, c: 1, hf: 0.25, ph: 0.8, pw, stride: 512 }],
  ];
}

/** Accesses to a file only load, but for `dirty` (writeback is its point) and `mix` (its stores are anonymous). */
function storesAllowed(name: string, suffix: Suffix): boolean {
  return suffix === "a" || name === "dirty" || name === "mix";
}

/**
 * The specs of the rig's workloads by name: `<workload>_a` anonymous, `_f` mapped file, `_p` the same file
 * through a descriptor. Without arguments, exactly the traces that the kernels replayed.
 *
 * @param N - pages of the basic footprint; at least 256, or the clustered ones have no hot cluster.
 * @param scale - factor on the lengths that grow with N: 600,000 accesses at N = 16384 and scale 1.
 */
export function rigWorkloads(
  N: number = 16384,
  scale: number = 0.5,
): Readonly<Record<string, GeneratedSpec>> {
  const specs: Record<string, GeneratedSpec> = {};
  for (const [name, generated, suffixes, params] of rows(N, Math.round((600_000 * scale * N) / 16384))) {
    for (const suffix of suffixes as Iterable<Suffix>) {
      specs[`${name}_${suffix}`] = {
        generated,
        params: storesAllowed(name, suffix) ? params : { ...params, pw: 0 },
        seed: RIG_SEED,
        region: REGION_OF_SUFFIX[suffix],
      };
    }
  }
  return specs;
}

/**
 * The stream in the rig's own words: bit 31 store, bit 30 file, bits 0 to 27 page of its region. Strides do
 * not show: the replayer applied them. Shape: Uint32Array[number of records].
 *
 * @throws InputError as `generateTrace` does, and for pages beyond 2^28.
 */
export function rigRecords(spec: GeneratedSpec): Uint32Array {
  const { size, fill } = planStream(spec);
  const pages = Math.max(size.pages, size.secondPages);
  if (pages > RIG_PAGES) {
    inputError(
      `too many pages for a record of the rig: ${pages} (${spec.generated}); use at most ${RIG_PAGES}`,
    );
  }
  const records = new Uint32Array(size.records);
  fill(records);
  if (size.secondPages === 0 && spec.region !== "anon") {
    for (let i = 0; i < records.length; i++) records[i]! |= SECOND;
  }
  return records;
}
