import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { PolicySpec } from "../sim/cell.js";
import { sha256 } from "../study/hash.js";
import { BUILT } from "../study/pool.js";
import { inputError } from "../util/error.js";

/** Where sources lie that are no files. */
const FOLDER = join(fileURLToPath(BUILT), "..", ".cache", "policies");

const EXPORTED = /^\s*export\s+(?:const|let|function)\s+(\w+)/gm;

/**
 * A policy from its source: a JavaScript module, such as a notebook cell holds it as text, that exports a function which makes
 * the policy, and imports nothing. It is written to a file that is named by its content, so that the cells of a study can name
 * it and run on workers, here and elsewhere. The same text is the same policy in every cell's hash.
 *
 * @param name - The export. Default: the only one.
 * @throws InputError if it does not load, or exports no or several functions and none is named.
 */
export async function policyModule(source: string, name?: string): Promise<PolicySpec & { module: string }> {
  const path = join(FOLDER, `${sha256(source).slice(0, 16)}.mjs`);
  const names = [...source.matchAll(EXPORTED)].map(([, found]) => found!);
  const [only, ...more] = name === undefined ? names : [name];
  if (only === undefined || more.length > 0) {
    inputError(
      `policy source with ${names.length} exports: ${names.join(", ") || "none"}; export one, or name it`,
    );
  }
  await mkdir(FOLDER, { recursive: true });
  await writeFile(path, source);
  const module = pathToFileURL(path).href;
  let exported: Record<string, unknown>;
  try {
    exported = (await import(module)) as Record<string, unknown>;
  } catch (error) {
    return inputError(
      `cannot load policy source: ${String(error)}; give a JavaScript module without imports`,
    );
  }
  if (typeof exported[only] !== "function") {
    inputError(
      `policy source exports no function ${only}; give export const ${only} = () => ({ name, attach, ... })`,
    );
  }
  return { name: only, module };
}
