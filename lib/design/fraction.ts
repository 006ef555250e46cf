/*
 * Regular fractions of a two-level factorial: 2^(k-p) of the 2^k combinations, chosen so that what is confused
 * with what is known beforehand.
 *
 *   factors A B C D E, generator E=ABCD: A to D take all 16 combinations, and E is on where the product of their
 *   signs is +. Then ABCDE is + in every run (the defining relation), and no run can tell E from ABCD, AB from
 *   CDE, ...: they are aliases. The length of the shortest such word is the resolution (V): main effects are
 *   confused with interactions of V - 1 factors.
 *
 * Factors are lettered in their order, from A to H and on from J: I is the identity, as in the literature.
 * Source: Box, Hunter & Hunter, Statistics for Experimenters, 2nd ed. 2005, chapter 6; R's FrF2 letters alike.
 */
import { inputError } from "../util/error.js";
import type { Combination } from "./factor.js";

const LETTERS = "ABCDEFGHJKLMNOPQRSTUV";

/** What a fraction confuses. */
export interface AliasStructure {
  /** As given, such as "E=ABCD". */
  readonly generators: readonly string[];
  /** Letter of each factor, in order. */
  readonly letters: readonly string[];
  /** Words that are the same in every run, without the empty one, shortest first: ["ABCDE"], or with a sign "-ABE". */
  readonly definingRelation: readonly string[];
  /** Length of the shortest word. */
  readonly resolution: number;
  /** Main effects and two-way interactions that no run can tell apart, as letters: [["A", "BC"], ["AB", "CD"]]. */
  readonly aliases: readonly (readonly string[])[];
}

interface Generator {
  readonly factor: number;
  readonly word: number;
  readonly negative: boolean;
}

/** Letter of factor i. */
export const letterOf = (i: number): string => LETTERS[i]!;

const lettersOf = (word: number): string => [...LETTERS].filter((_, i) => (word >>> i) & 1).join("");

function bits(word: number): number {
  let nr = 0;
  for (let left = word; left !== 0; left &= left - 1) nr++;
  return nr;
}

/** The combinations of a fraction, in standard order of the factors without generator (the first varies fastest). */
export function fraction(nrFactors: number, generators: readonly string[]): Combination[] {
  const defined = generators.map((text) => parse(text, nrFactors));
  const made = defined.reduce((mask, { factor }) => mask | (1 << factor), 0);
  const free = Array.from({ length: nrFactors }, (_, i) => i).filter((i) => ((made >>> i) & 1) === 0);
  return Array.from({ length: 2 ** free.length }, (_, run) => {
    let combination = 0;
    for (const [bit, i] of free.entries()) if ((run >>> bit) & 1) combination |= 1 << i;
    for (const { factor, word, negative } of defined) {
      // The product of the signs is + if an even number of them is off.
      const plus = (bits(word & ~combination) & 1) === 0;
      if (plus !== negative) combination |= 1 << factor;
    }
    return combination;
  });
}

/**
 * Defining relation, resolution and aliases of the fraction that these generators make.
 * @throws InputError for a generator that is not like "E=ABCD" or "E=-ABC", names a factor that there is not, makes
 * a factor twice, or is made of one that is made itself.
 */
export function aliasStructure(nrFactors: number, generators: readonly string[]): AliasStructure {
  const defined = generators.map((text) => parse(text, nrFactors));
  for (const [i, { factor }] of defined.entries()) {
    const name = letterOf(factor);
    if (defined.findIndex((other) => other.factor === factor) !== i) {
      inputError(`two generators of one factor: ${name} (${generators.join(", ")}); give each factor one`);
    }
    const user = defined.findIndex(({ word }) => (word >>> factor) & 1);
    if (user >= 0) inputError(`bad generator: ${generators[user]}; ${name} is made by a generator itself`);
  }
  let group = [{ word: 0, negative: false }];
  for (const { factor, word, negative } of defined) {
    const own = word | (1 << factor);
    group = group.flatMap((g) => [g, { word: g.word ^ own, negative: g.negative !== negative }]);
  }
  const words = group.slice(1).sort((a, b) => bits(a.word) - bits(b.word) || a.word - b.word);
  return {
    generators,
    letters: Array.from({ length: nrFactors }, (_, i) => letterOf(i)),
    definingRelation: words.map(({ word, negative }) => `${negative ? "-" : ""}${lettersOf(word)}`),
    resolution: words.length === 0 ? Number.POSITIVE_INFINITY : bits(words[0]!.word),
    aliases: aliasSets(nrFactors, group),
  };
}

/** Main effects and two-way interactions that differ by a word of the defining relation. */
function aliasSets(nrFactors: number, group: readonly { word: number; negative: boolean }[]): string[][] {
  const seen = new Set<number>();
  const sets: string[][] = [];
  for (const effect of lowEffects(nrFactors)) {
    if (seen.has(effect)) continue;
    const set: string[] = [];
    for (const other of lowEffects(nrFactors)) {
      const via = group.find(({ word }) => (word ^ effect) === other);
      if (via === undefined) continue;
      seen.add(other);
      set.push(`${via.negative ? "-" : ""}${lettersOf(other)}`);
    }
    if (set.length > 1) sets.push(set);
  }
  return sets;
}

/** Main effects, then two-way interactions, as bits. */
function lowEffects(nrFactors: number): number[] {
  const effects = Array.from({ length: nrFactors }, (_, i) => 1 << i);
  for (let i = 0; i < nrFactors; i++)
    for (let k = i + 1; k < nrFactors; k++) effects.push((1 << i) | (1 << k));
  return effects;
}

function parse(text: string, nrFactors: number): Generator {
  const match = /^\s*([A-Z])\s*=\s*(-?)\s*([A-Z]{2,})\s*$/.exec(text);
  if (match === null) inputError(`bad generator: ${text}; write it as E=ABCD, or E=-ABCD`);
  const [, made, sign, word] = match as unknown as [string, string, string, string];
  const index = (letter: string): number => {
    const i = LETTERS.indexOf(letter);
    if (i < 0 || i >= nrFactors) {
      inputError(
        `no factor ${letter} (generator ${text}); ${nrFactors} factors are ${LETTERS.slice(0, nrFactors)}`,
      );
    }
    return i;
  };
  let mask = 0;
  for (const letter of word) {
    if ((mask >>> index(letter)) & 1) inputError(`bad generator: ${text}; ${letter} stands in it twice`);
    mask |= 1 << index(letter);
  }
  if ((mask >>> index(made)) & 1) inputError(`bad generator: ${text}; ${made} is on both sides`);
  return { factor: index(made), word: mask, negative: sign === "-" };
}
