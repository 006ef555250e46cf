/** Planted bugs in statistics, designs and analyses. */
import { type Mutant, mutant } from "./mutant.js";

const FACTORIAL = ["test/analysis/factorial.test.ts"];
const ATTRIBUTION = ["test/analysis/attribution.test.ts"];
const DESIGN = ["test/design/design.test.ts"];
const PAIRED = ["test/stats/paired-tests.test.ts"];
const REGRET = ["test/analysis/regret.test.ts"];

export const IN_ANALYSIS: readonly Mutant[] = [
  mutant(
    "Holm multiplies all by the number of tests",
    "stats/paired-tests.ts",
    "(order.length - rank) *",
    "order.length *",
    PAIRED,
  ),
  mutant(
    "tied ranks are rounded down",
    "stats/paired-tests.ts",
    "const step = Math.round(2 * value);",
    "const step = 2 * Math.floor(value);",
    PAIRED,
  ),
  mutant(
    "a sum as far as observed does not count",
    "stats/paired-tests.ts",
    "if (Math.abs(sum) >= bar) far++;\n  }\n  return far / ways;",
    "if (Math.abs(sum) > bar + 1e-6) far++;\n  }\n  return far / ways;",
    PAIRED,
  ),
  mutant(
    "all needs of a list must be on",
    "design/factor.ts",
    "there.includes(true);",
    "there.every((on) => on);",
    DESIGN,
  ),
  mutant(
    "small memory is found when the cell runs",
    "design/sort-cells.ts",
    "(memoryMax < MIN_MEMORY ? small : undefined)",
    "undefined",
    DESIGN,
  ),
  mutant(
    "a generator multiplies what is on",
    "design/fraction.ts",
    "bits(word & ~combination)",
    "bits(word & combination)",
    ["test/design/fraction.test.ts"],
  ),
  mutant(
    "signs of aliases are lost",
    "design/fraction.ts",
    "negative: g.negative !== negative",
    "negative: false",
    ["test/design/fraction.test.ts"],
  ),
  mutant(
    "effects are coefficients",
    "analysis/factorial.ts",
    ".map((w) => 2 * w)",
    ".map((w) => w)",
    FACTORIAL,
  ),
  mutant(
    "columns that are not orthogonal keep their shares",
    "analysis/factorial.ts",
    "if (share !== 0) addTo(weights[i]!, weights[later]!, -share);",
    "",
    FACTORIAL,
  ),
  mutant(
    "a block without a combination is whole",
    "analysis/lattice.ts",
    "block.length === combinations.length && block.every(({ value }) => Number.isFinite(value))",
    "block.length === combinations.length",
    FACTORIAL,
  ),
  mutant(
    "every step weighs as its start",
    "analysis/chains.ts",
    "(from[s]! * to[t]!) / total",
    "from[s]! / total",
    ATTRIBUTION,
  ),
  mutant(
    "an order and its reverse are two draws",
    "analysis/attribution.ts",
    "Math.sqrt(variance / values.length)",
    "Math.sqrt(variance / values.length / 2)",
    ATTRIBUTION,
  ),
  mutant(
    "the waterfall starts again at each part",
    "analysis/attribution.ts",
    'at = scale === "ratio" ? at * part.value : at + part.value;',
    "at = part.value;",
    ATTRIBUTION,
  ),
  mutant(
    "no floor under costs",
    "analysis/regret-matrix.ts",
    "Math.max(value, floor) / least[w]!",
    "value / Math.min(...own)",
    REGRET,
  ),
  mutant("dominance needs no advantage", "analysis/dominance.ts", "return less > 0;", "return true;", REGRET),
];
