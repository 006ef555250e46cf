import { homedir } from "node:os";
import { fileURLToPath } from "node:url";

/** Folder of this package, with a slash at the end: two folders above this file, in lib/ as in dist/. */
export const packageRoot: string = fileURLToPath(new URL("../../", import.meta.url));

/** A frame of a stack that says something about the notebook or about this package. */
const FRAME = /^\s+at /;
const OURS = /evalmachine|\/dist\/|\/lib\//;
const THEIRS = /node_modules|node:|\/dist\/notebook\/kernel-child/;

/**
 * Text without what differs from machine to machine: this package's folder disappears from paths, the home
 * folder becomes `~`, and frames of stacks that lie in Node or in other packages are left out.
 */
export function scrub(text: string, root: string = packageRoot, home: string = homedir()): string {
  const lines = text
    .split("\n")
    .filter((line) => !FRAME.test(line) || (OURS.test(line) && !THEIRS.test(line)));
  let scrubbed = lines.join("\n").replaceAll(`file://${root}`, "").replaceAll(root, "");
  scrubbed = scrubbed.replaceAll(root.slice(0, -1), ".");
  return home.length > 1 ? scrubbed.replaceAll(home, "~") : scrubbed;
}

/** {@link scrub} on every string of a JSON value. */
export function scrubJson<T>(value: T): T {
  if (typeof value === "string") return scrub(value) as T;
  if (Array.isArray(value)) return value.map(scrubJson) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, scrubJson(entry)])) as T;
}
