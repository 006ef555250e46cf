import { inputError } from "../../util/error.js";
import { mulberry32 } from "../../util/random.js";
import type { GeneratorParams, TraceSpec } from "../spec.js";
import { checkParams, type Generator, MAX_RECORDS, type StreamSize } from "./generator.js";
import { generators } from "./index.js";

/** The spec of a generated trace. */
export type GeneratedSpec = Extract<TraceSpec, { readonly generated: string }>;

/** A checked spec: everything about a stream but the stream. */
export interface StreamPlan {
  readonly params: GeneratorParams;
  readonly size: StreamSize;
  /** Fill a Uint32Array[size.records] with the stream's words; see {@link Generator}. */
  fill(out: Uint32Array): void;
}

const REGIONS: readonly string[] = ["anon", "file-mmap", "file-fd"] satisfies GeneratedSpec["region"][];

function findGenerator(name: string): Generator {
  if (Object.hasOwn(generators, name)) return generators[name]!;
  return inputError(`unknown generator: ${name}; use one of ${Object.keys(generators).join(", ")}`);
}

function checkRegion(spec: GeneratedSpec, size: StreamSize, stride: number): void {
  const { generated: name, region } = spec;
  if (!REGIONS.includes(region)) {
    inputError(`unknown region of generator ${name}: ${region}; use one of ${REGIONS.join(", ")}`);
  }
  if (size.secondPages > 0 && region === "anon") {
    inputError(`generator ${name} streams a file, which cannot be anon; use region file-mmap or file-fd`);
  }
  if (size.secondPages === 0 && region !== "anon" && stride !== 1) {
    inputError(
      `invalid stride of generator ${name}: ${stride} (region ${region}); ` +
        "stride spreads anonymous pages: use region anon, or leave it out",
    );
  }
}

/**
 * Check a spec and say what its stream will be, without making it.
 *
 * @throws InputError for an unknown generator or region, a parameter that is unknown, missing or out of its
 * range, a seed that is no 32-bit unsigned integer, or a stream of more than 2^28 records.
 */
export function planStream(spec: GeneratedSpec): StreamPlan {
  const { generated: name, seed } = spec;
  const generator = findGenerator(name);
  const params = checkParams(name, generator, spec.params);
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff) {
    inputError(`invalid seed of generator ${name}: ${seed}; use an integer from 0 to ${0xffff_ffff}`);
  }
  const size = generator.size(params);
  checkRegion(spec, size, params.stride!);
  if (size.records > MAX_RECORDS) {
    inputError(
      `too many records from generator ${name}: ${size.records} (${JSON.stringify(spec.params)}); ` +
        `lower its parameters to at most ${MAX_RECORDS}`,
    );
  }
  return { params, size, fill: (out) => generator.fill(params, mulberry32(seed), out) };
}
