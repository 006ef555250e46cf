/** A number with at most three significant digits, a proper minus, and its sign: "+1.23", "−0.004", "0", "+1.2M". */
export function signedText(value: number): string {
  if (value === 0) return "0";
  return `${value < 0 ? "−" : "+"}${plainText(Math.abs(value))}`;
}

const UNITS: readonly (readonly [number, string])[] = [
  [1e9, "G"],
  [1e6, "M"],
  [1e4, "k"],
];

/** A number with at most three significant digits; from 10,000 on in thousands (k), millions (M) or 10^9 (G). */
export function plainText(value: number): string {
  if (value < 0) return `−${plainText(-value)}`;
  const [unit, letter] = UNITS.find(([least]) => value >= least * 0.9995) ?? [1, ""];
  const scale = letter === "k" ? 1000 : unit;
  return `${Number((value / scale).toPrecision(3))}${letter}`;
}
