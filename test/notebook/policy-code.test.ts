import { expect, test } from "vitest";
import { countCode, policyCode } from "../../lib/notebook/policy-code.js";
import { POLICIES } from "../../lib/sim/resolve-policy.js";

test("lines of code are those that are neither empty nor comment; parts are what a policy imports", () => {
  const source = `/*
 * An idea.
 */
import { FILE } from "../mm/folio.js";
import {
  Ghosts,
} from "../mechanisms/ghosts.js";
import type { Policy } from "../reclaim/ops.js";
import { inputError } from "../util/error.js";

/** One line. */
const one = 1; // counts
// does not
`;
  expect(countCode(source)).toEqual({ lines: 13, code: 7, parts: ["ghosts"] });
});

test("every policy of the package has a file of its name", () => {
  const all = policyCode();
  expect(all.map(({ policy }) => policy)).toEqual(POLICIES);
  for (const { lines, code } of all) expect(code > 5 && code < lines).toBe(true);
});
