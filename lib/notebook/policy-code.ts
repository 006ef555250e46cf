import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { POLICIES } from "../sim/resolve-policy.js";
import { inputError } from "../util/error.js";
import { packageRoot } from "./scrub.js";

/** How much there is of a policy of this package. */
export interface PolicyCode {
  readonly policy: string;
  /** Lines of its file, with comments and empty ones. */
  readonly lines: number;
  /** Lines that are neither empty nor comment. */
  readonly code: number;
  /** Parts of the package, beside the folio and the hooks, that the file takes from elsewhere. */
  readonly parts: readonly string[];
}

/**
 * Sizes of the policies of this package, counted in their sources.
 * @throws InputError where the package stands without its sources.
 */
export function policyCode(): PolicyCode[] {
  const folder = join(packageRoot, "lib", "policies");
  if (!existsSync(folder)) inputError("no lib/policies beside dist: lines are counted in a checkout");
  return POLICIES.map((policy) => ({
    policy,
    ...countCode(readFileSync(join(folder, `${policy}.ts`), "utf8")),
  }));
}

/** Whole-line comments only: a comment behind code is on a line of code. */
export function countCode(source: string): Omit<PolicyCode, "policy"> {
  const lines = source.trimEnd().split("\n");
  let inside = false;
  let code = 0;
  for (const line of lines) {
    const text = line.trim();
    if (text.startsWith("/*")) inside = true;
    if (!inside && text !== "" && !text.startsWith("//")) code++;
    if (text.endsWith("*/")) inside = false;
  }
  const imports = [
    ...source.matchAll(/^import (?!type ).*? from "\.\.?\/(?!util\/)(?:[\w-]+\/)*([\w-]+)\.js";$/gms),
  ];
  const parts = imports.map(([, name]) => name!).filter((name) => name !== "folio" && name !== "option");
  return { lines: lines.length, code, parts };
}
