import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { inputError } from "../util/error.js";
import { sha256 } from "./hash.js";

/*
 * A kept result is worth keeping only for the code that computed it. The digest takes in more than it must (a
 * comment in a generator computes everything again) because too little would mix results of two simulators.
 */

/** Folders of the compiled library that a simulation runs through. A test checks that they import no others. */
export const PARTS: readonly string[] = ["mechanisms", "mm", "policies", "reclaim", "sim", "trace", "util"];

/** Most files that one policy module may reach through relative imports. */
const MAX_MODULE_FILES = 1000;

/** A relative import, export-from, dynamic import or require. Matches in comments only cost a look. */
const RELATIVE_IMPORT = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*["'](\.{1,2}\/[^"'\n]+)["']/g;

/**
 * sha256 (hex) over paths and bytes of the simulator's files below `root` (a URL that ends in "/").
 * Not covered: versions of Node and of npm packages; the simulator computes with integers and IEEE doubles
 * only, and trace digests cover what generators draw from `Math`.
 *
 * @throws InputError if there are none.
 */
export async function codeDigest(root: URL): Promise<string> {
  const lines: string[] = [];
  for (const part of PARTS) {
    const folder = fileURLToPath(new URL(`${part}/`, root));
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    for (const name of names.filter((file) => file.endsWith(".js"))) {
      const path = `${part}/${name.split(sep).join("/")}`;
      lines.push(`${path} ${sha256(await readFile(resolve(folder, name)))}\n`);
    }
  }
  if (lines.length === 0) inputError(`no compiled simulator: ${fileURLToPath(root)}; run \`npm run build\``);
  return sha256(lines.sort().join(""));
}

/** Digest of the code behind a cell: the simulator's, and that of its policy's module if it has one. */
export function cellCode(simulator: string, module: string | undefined): string {
  return module === undefined ? simulator : sha256(`${simulator} ${module}`);
}

/**
 * sha256 (hex) over a module (file URL, absolute path or package name) and all files that its relative
 * imports reach, by content: the same files elsewhere give the same digest. Packages that it imports are not
 * covered.
 *
 * @throws InputError if the module is not there or reaches more than 1000 files.
 */
export async function moduleDigest(module: string): Promise<string> {
  const queue = [modulePath(module)];
  const seen = new Set(queue);
  const digests: string[] = [];
  for (let i = 0; i < queue.length; i++) {
    if (i === MAX_MODULE_FILES)
      inputError(`too many files: ${module}; a policy may import ${MAX_MODULE_FILES} at most`);
    const path = queue[i]!;
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined && i === 0)
      inputError(`no such module: ${module}; give the path of a JavaScript file`);
    digests.push(bytes === undefined ? "missing" : sha256(bytes));
    for (const [, specifier] of bytes?.toString("utf8").matchAll(RELATIVE_IMPORT) ?? []) {
      const next = resolve(dirname(path), specifier!.replace(/[?#].*$/, ""));
      if (!seen.has(next)) queue.push(next);
      seen.add(next);
    }
  }
  return sha256(digests.join("\n"));
}

function modulePath(module: string): string {
  if (module.startsWith("file:")) return fileURLToPath(module);
  try {
    return createRequire(import.meta.url).resolve(module);
  } catch {
    return inputError(`no such module: ${module}; give the path of a JavaScript file`);
  }
}
