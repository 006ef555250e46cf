/*
 * What people call the policies: in upper or lower case, with hyphens or without (`S3FIFO`, `two_q`), and by a few other names.
 * A spec from the command line carries the policy's own name, so a cell hashes the same whatever was written.
 */
import { ALIASES, IN_A_CACHE } from "../policies/aliases.js";
import * as shelf from "../policies/index.js";

/** Name of a policy as people write it, from that of its export: `s3Fifo` is s3-fifo. */
export const nameOf = (exported: string): string => exported.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

/** Names of the policies that come with the package. */
export const POLICIES: readonly string[] = Object.keys(shelf).map(nameOf);

const bare = (name: string): string => name.toLowerCase().replace(/[-_ ]/g, "");
const byBareName = new Map([
  ...POLICIES.map((name) => [bare(name), name] as const),
  ...Object.entries(ALIASES),
]);

/** The policy's own name, if it is one of the package's in other words; else the name as it is. */
export function canonicalName(name: string): string {
  return byBareName.get(bare(name)) ?? name;
}

/** The same for a plain cache, where `lru` is the textbook's, and the kernel's two lists are `active-inactive`. */
export const cacheName = (name: string): string => IN_A_CACHE[bare(name)] ?? canonicalName(name);
