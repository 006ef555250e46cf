/*
 * A policy module on its way to workers: its file and all that its relative imports reach, in one JSON text that is
 * named by its sha256.
 *
 *   { "files": { "mine.mjs": <base64>, ... }, "type": "module", "library": "../dist" }
 *
 * Imports of this library (by a path into its compiled folder) are not packed: the worker links its own library at
 * the same place, and its code is the same or it would not see the cell. Imports of npm packages are refused: a
 * version elsewhere may differ.
 */
import { mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { sha256 } from "../study/hash.js";
import { BUILT } from "../study/pool.js";
import { inputError } from "../util/error.js";
import type { ModuleRef } from "./protocol.js";

/** Bounds of a pack: files, and bytes of all of them. */
const FILES_MAX = 1000;
const BYTES_MAX = 8 << 20;

const IMPORT = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*["']([^"'\n]+)["']/g;
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

const LIBRARY = fileURLToPath(BUILT);

const PACK = z.strictObject({
  files: z.record(z.string(), z.base64()),
  type: z.enum(["module", "commonjs"]),
  library: z.string().optional(),
});

/** A packed module. */
export interface PackedModule extends ModuleRef {
  readonly text: string;
}

/**
 * Pack a policy module.
 * @throws InputError with the reason if it cannot run elsewhere: no file, an import of a package, too many or too
 * large files.
 */
export async function packModule(module: string): Promise<PackedModule> {
  if (!module.startsWith("file:")) {
    inputError(
      `policy module cannot be sent to workers: ${module}; give the path of a file, as a package may differ on their hosts`,
    );
  }
  const entry = fileURLToPath(module);
  const files = new Map<string, Buffer>();
  const queue = [entry];
  /** Folders that imports climb to: `../../a/b.mjs` must find its way down again from two above. */
  const climbed: string[] = [];
  let usesLibrary = false;
  let bytes = 0;
  for (let i = 0; i < queue.length; i++) {
    const path = queue[i]!;
    const content = await readFile(path).catch(() => undefined);
    if (content === undefined && i === 0)
      inputError(`no such module: ${module}; give the path of a JavaScript file`);
    if (content === undefined) continue; // an import in a comment, or one that fails on every host
    files.set(path, content);
    bytes += content.length;
    if (files.size > FILES_MAX || bytes > BYTES_MAX) {
      inputError(
        `policy module too large to be sent to workers: ${module}; at most ${FILES_MAX} files, ${BYTES_MAX} bytes`,
      );
    }
    for (const specifier of importsOf(content.toString("utf8"), path, module)) {
      const next = resolve(dirname(path), specifier);
      climbed.push(resolve(dirname(path), /^(\.{1,2}\/)+/.exec(specifier)![0], "any"));
      if (next.startsWith(LIBRARY)) usesLibrary = true;
      else if (!queue.includes(next)) queue.push(next);
    }
  }
  const root = commonFolder([
    ...files.keys(),
    ...climbed,
    ...(usesLibrary ? [join(LIBRARY, "index.js")] : []),
  ]);
  const inRoot = (path: string): string => relative(root, path).split(sep).join("/");
  const text = JSON.stringify({
    files: Object.fromEntries(
      [...files].map(([path, content]) => [inRoot(path), content.toString("base64")]),
    ),
    type: await moduleType(entry),
    ...(usesLibrary && { library: inRoot(LIBRARY) }),
  });
  return { digest: sha256(text), entry: inRoot(entry), text };
}

/** Relative imports of a file, without query. @throws InputError for a package. */
function importsOf(text: string, path: string, module: string): string[] {
  const isRelative = (specifier: string): boolean => /^\.{1,2}\//.test(specifier);
  for (const [, specifier] of text.replace(COMMENT, "").matchAll(IMPORT)) {
    if (!isRelative(specifier!) && !isBuiltin(specifier!)) {
      inputError(
        `policy module cannot be sent to workers: ${module} imports ${specifier} (${path}); ` +
          "import files by relative paths only, as a package may differ on their hosts",
      );
    }
  }
  // Those in comments, too: the module's digest takes them in.
  const all = [...text.matchAll(IMPORT)].map(([, specifier]) => specifier!);
  return all.filter(isRelative).map((specifier) => specifier.replace(/[?#].*$/, ""));
}

function commonFolder(paths: readonly string[]): string {
  const [first, ...rest] = paths.map((path) => dirname(path).split(sep));
  let nr = first!.length;
  for (const parts of rest) {
    let same = 0;
    while (same < nr && parts[same] === first![same]) same++;
    nr = same;
  }
  return first!.slice(0, nr).join(sep) || sep;
}

/** What `.js` means where a file lies: "type" of the nearest package.json. */
async function moduleType(path: string): Promise<"module" | "commonjs"> {
  for (let folder = dirname(path), depth = 0; depth < 64; folder = dirname(folder), depth++) {
    const text = await readFile(join(folder, "package.json"), "utf8").catch(() => undefined);
    if (text !== undefined)
      return (JSON.parse(text) as { type?: string }).type === "module" ? "module" : "commonjs";
    if (dirname(folder) === folder) break;
  }
  return "commonjs";
}

/**
 * Unpack a module into `<folder>/<digest>`, unless it is there already.
 * @returns path of its entry.
 * @throws Error if the text is not what the digest names, or names files outside of the folder.
 */
export async function unpackModule(
  text: string,
  { digest, entry }: ModuleRef,
  folder: string,
): Promise<string> {
  if (sha256(text) !== digest) throw new Error(`damaged policy module: ${digest.slice(0, 12)}`);
  const { files, type, library } = PACK.parse(JSON.parse(text));
  const [target, beside] = [join(folder, digest), join(folder, `${digest}.${process.pid}.tmp`)];
  const all = Object.entries({ "package.json": packageJson(type), ...files });
  const names = [entry, ...all.map(([name]) => name), ...(library === undefined ? [] : [library])];
  const outside = names.find((name) => !resolve(beside, name).startsWith(beside + sep));
  if (outside !== undefined) throw new Error(`policy module names a file outside of its pack: ${outside}`);
  // Another worker of this host may be running what is there already.
  if (await isUnpacked(target, all)) return join(target, entry);
  await rm(beside, { recursive: true, force: true });
  try {
    for (const [name, content] of all) {
      await mkdir(dirname(join(beside, name)), { recursive: true });
      await writeFile(join(beside, name), Buffer.from(content, "base64"));
    }
    if (library !== undefined) {
      await mkdir(dirname(join(beside, library)), { recursive: true });
      await symlink(LIBRARY, join(beside, library), "dir");
    }
    await rm(target, { recursive: true, force: true });
    await rename(beside, target);
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
  return join(target, entry);
}

async function isUnpacked(folder: string, files: readonly [string, string][]): Promise<boolean> {
  for (const [name, content] of files) {
    const found = await readFile(join(folder, name), "base64").catch(() => undefined);
    if (found !== content) return false;
  }
  return true;
}

const packageJson = (type: string): string => Buffer.from(JSON.stringify({ type })).toString("base64");
