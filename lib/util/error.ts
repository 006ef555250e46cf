/**
 * An error in what the user gave us: a spec, an option, a file. Its message says what is wrong, quotes the
 * value and its place, and tells what to do. The command line prints the message alone and exits with 2;
 * anything else that is thrown is a fault of ours and keeps its stack.
 */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** Throw an {@link InputError}. Messages: lower case, no full stop, `<what is wrong>: <value>; <what to do>`. */
export function inputError(message: string): never {
  throw new InputError(message);
}
