import { clustered } from "./clustered.js";
import type { Generator } from "./generator.js";
import { hotscan } from "./hotscan.js";
import { loop } from "./loop.js";
import { mix } from "./mix.js";
import { phases } from "./phases.js";
import { uniform } from "./uniform.js";
import { zipf } from "./zipf.js";

/** The generators by the name that a trace spec gives as `generated`. */
export const generators: Readonly<Record<string, Generator>> = {
  uniform,
  zipf,
  loop,
  hotscan,
  phases,
  mix,
  clustered,
};
