/* Reading option values: each reader throws an InputError that names the option, its value and what is allowed. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { inputError } from "../util/error.js";

/** parseArgs without positionals; its errors are the user's, up to where its advice on "--" begins. */
export function parseOptions<T extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: T,
): ReturnType<typeof parseArgs<{ options: T; strict: true }>>["values"] {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    const text = error instanceof Error ? error.message.split(/\. |\n/, 1)[0]! : String(error);
    inputError(`${text.charAt(0).toLowerCase()}${text.slice(1)}; see --help`);
  }
}

/** A number in [low, high]; a whole one unless said otherwise. */
export function readNumber(option: string, text: string, low: number, high: number, whole = true): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= low && value <= high && (!whole || Number.isInteger(value))) return value;
  inputError(`invalid --${option}: ${text}; give a ${whole ? "whole " : ""}number from ${low} to ${high}`);
}

/** The same, where the option may be missing. */
export function maybeNumber(
  option: string,
  text: string | undefined,
  low: number,
  high: number,
  whole = true,
): number | undefined {
  return text === undefined ? undefined : readNumber(option, text, low, high, whole);
}

/** One of some words. */
export function readWord<T extends string>(option: string, text: string, words: readonly T[]): T {
  const found = words.find((word) => word === text);
  return found ?? inputError(`invalid --${option}: ${text}; give ${words.join(", ")}`);
}

/** Words separated by commas, of which there is at least one. */
export function readList(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** {@link parseOptions}, and the words that are no options: at most so many. */
export function parseWords<T extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: T,
  most: number,
): { values: ReturnType<typeof parseOptions<T>>; words: string[] } {
  let parsed: { values: unknown; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    const text = error instanceof Error ? error.message.split(/\. |\n/, 1)[0]! : String(error);
    inputError(`${text.charAt(0).toLowerCase()}${text.slice(1)}; see --help`);
  }
  const { values, positionals: words } = parsed;
  if (words.length > most) inputError(`unexpected argument: ${words[most]}; see --help`);
  return { values: values as ReturnType<typeof parseOptions<T>>, words };
}
