/** Planted bugs in the guard and in ejection. */
import { type Mutant, mutant } from "./mutant.js";

const EJECT = ["test/reclaim/eject.test.ts"];
const ANY = ["test/reclaim/eject-any.test.ts"];

export const IN_EJECT: readonly Mutant[] = [
  mutant(
    "the fallback is given the youngest first",
    "reclaim/eject/eject.ts",
    "return [...order];",
    "return [...order].reverse();",
    EJECT,
  ),
  mutant(
    "what stays listed is counted twice after an ejection",
    "reclaim/eject/eject.ts",
    "lruvec.account(type, false, -lruvec.inactive(type));",
    "",
    [...EJECT, ...ANY],
  ),
  mutant(
    "a folio whose place failed is not placed with the fallback",
    "reclaim/eject/eject.ts",
    "if (this.ejected && !listed) this.current.place(folio, why);",
    "",
    [...EJECT, ...ANY],
  ),
  mutant(
    "a policy is ejected where a kernel is out of memory, too",
    "sim/supervise.ts",
    "!(first !== undefined && neverFreedAlone)",
    "true",
    EJECT,
  ),
  mutant(
    "folios that are unlisted are not missed",
    "reclaim/eject/guard.ts",
    "if (lost !== undefined) {",
    "if (false) {",
    ["test/conformance/check-policy.test.ts", ...EJECT],
  ),
  mutant(
    "a request that is done again is two misses",
    "reclaim/cache/hand-over.ts",
    "served ? from.misses : request.misses",
    "from.misses",
    EJECT,
  ),
  mutant(
    "an ejected policy may go on to change lists",
    "reclaim/eject/guard.ts",
    'if (this.over) this.fail("was ejected while it ran");',
    "",
    EJECT,
  ),
];
