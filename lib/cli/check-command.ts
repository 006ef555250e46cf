/* `reclaim-lab check`: the verdict on a policy before it is used. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { checkPolicy } from "../conformance/check-policy.js";
import { renderTable } from "../notebook/show-table.js";
import { parseWords } from "./arguments.js";
import { readPolicySpec } from "./cache-options.js";

const USAGE = `reclaim-lab check POLICY[:JSON] [--module FILE]

Tries a policy on small traces, in a kernel's memcg and in a plain cache, under guard and without: hooks, folios, loops, freeing,
counters, MIN, determinism. A fault is told with its hook, folio and page. lib/policies/README.md says how to write one.

  POLICY          a policy of the package, or an export of the module, with its options as JSON
  --module FILE   the JavaScript file that exports it
  --json          the verdict as JSON: [{mode, check, verdict, reason}]

Exit codes: 0 all checks passed, 3 one failed, 2 bad input.`;

const OPTIONS = {
  module: { type: "string" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** The command; returns the exit code. */
export async function checkCommand(args: readonly string[]): Promise<number> {
  const { values, words } = parseWords(args, OPTIONS, 1);
  const [policy] = words;
  if (values.help || policy === undefined) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const { module } = values;
  const checks = await checkPolicy({
    ...(module === undefined ? readPolicySpec(policy) : readPolicySpec(policy, (name) => name)),
    ...(module !== undefined && { module: pathToFileURL(resolve(module)).href }),
  });
  console.log(values.json ? JSON.stringify(checks) : renderTable(checks).text);
  return checks.every(({ verdict }) => verdict === "pass") ? 0 : 3;
}
