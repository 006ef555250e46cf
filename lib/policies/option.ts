import { inputError } from "../util/error.js";

/** Check an integer option of a policy; `what` explains the range. @returns the value. */
export function integerOption(
  policy: string,
  name: string,
  value: unknown,
  min: number,
  max: number,
  what: string,
): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  inputError(`invalid ${name}: ${JSON.stringify(value)} (policy ${policy}); give ${min} to ${max}: ${what}`);
}

/** Check an option that is a share: a number from `min` to `max`. @returns the value. */
export function shareOption(policy: string, name: string, value: unknown, min: number, max: number): number {
  if (typeof value === "number" && value >= min && value <= max) return value;
  inputError(
    `invalid ${name}: ${JSON.stringify(value)} (policy ${policy}); give a share of memory, ${min} to ${max}`,
  );
}

/** Check an option that is on or off. @returns the value. */
export function booleanOption(policy: string, name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  inputError(`invalid ${name}: ${JSON.stringify(value)} (policy ${policy}); give true or false`);
}
