/*
 * What people call the policies: in upper or lower case, with hyphens or without (`S3FIFO`, `two_q`), and by a few other names.
 * A spec from the command line carries the policy's own name, so a cell hashes the same whatever was written.
 */
import { ALIASES, IN_A_CACHE, OFFLINE_BOUND, TWO_LISTS } from "../policies/aliases.js";
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

const byBareNameInACache = new Map(Object.entries(IN_A_CACHE));

/** The same for a plain cache, where `lru` is the textbook's, and the kernel's two lists are `active-inactive`. */
export const cacheName = (name: string): string => byBareNameInACache.get(bare(name)) ?? canonicalName(name);

/** What `run --mode cache` calls a policy of the package: a name that means the same when it is typed again. */
export const shownInACache = (name: string): string => (cacheName(name) === name ? name : TWO_LISTS);

/** What `run --mode cache` takes: the policies of the package, the offline bound, and another name of the kernel's two lists. */
export const CACHE_POLICIES: readonly string[] = [...POLICIES, OFFLINE_BOUND, TWO_LISTS];

/** Does the cell of a plain cache ask for the offline bound, instead of a policy? */
export const asksForBound = ({ name }: { readonly name: string }): boolean => name === OFFLINE_BOUND;
