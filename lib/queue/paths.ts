import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { codeDigest, moduleDigest } from "../study/code-digest.js";
import { BUILT } from "../study/pool.js";

/** The runner of a study that names none: the simulator of this package. */
export const RUNNER: string = new URL("sim/run-cell.js", BUILT).href;

/** Default folder of traces and modules on their way. */
export const CACHE: string = join(fileURLToPath(BUILT), "..", ".cache", "queue");

/** Digest of the code behind a runner, as `runGrid` names it. */
export function runnerDigest(runner: string): Promise<string> {
  return runner === RUNNER ? codeDigest(BUILT) : moduleDigest(runner);
}
