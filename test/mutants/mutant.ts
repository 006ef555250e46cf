/** A planted bug: in `file`, the only occurrence of `find` becomes `replace`; then `killers` must fail. */
export interface Mutant {
  readonly what: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** Test files of which at least one must fail. */
  readonly killers: readonly string[];
}

/** Tests that several mutants share. */
export const TINY: readonly string[] = ["test/policies/tiny-traces.test.ts"];
export const PLAIN: readonly string[] = ["test/policies/plain-lru.test.ts"];

export const mutant = (
  what: string,
  file: string,
  find: string,
  replace: string,
  killers: readonly string[],
): Mutant => ({
  what,
  file: `lib/${file}`,
  find,
  replace,
  killers,
});
