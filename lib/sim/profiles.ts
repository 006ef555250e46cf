import { inputError } from "../util/error.js";

/** What differs between kernels, as data. */
export interface Profile {
  /** Folios in a per-CPU batch (FOLIO_BATCH_SIZE, include/linux/pagevec.h). */
  readonly batchSize: number;
}

/** Kernels whose defaults are known. The others come with kernel-exact prediction. */
export const PROFILES: Readonly<Record<string, Profile>> = {
  "6.12": { batchSize: 31 },
};

export function profile(name: string): Profile {
  if (Object.hasOwn(PROFILES, name)) return PROFILES[name]!;
  inputError(`unknown profile: ${name}; one of ${Object.keys(PROFILES).join(", ")}`);
}
