/** log2 of a ratio to a base, as it is drawn: a finite place inside the axis, and whether it was moved there. */
export interface Place {
  /** log2, within -limit to limit. */
  readonly at: number;
  /** The value itself lies outside: 0, infinite, or beyond the axis. */
  readonly clipped: boolean;
}

/** Place of a ratio on an axis of log2 from -limit to limit; undefined for 0/0, which is no ratio. */
export function place(ratio: number, limit: number): Place | undefined {
  if (Number.isNaN(ratio) || ratio < 0) return undefined;
  const log = Math.log2(ratio);
  const at = Math.max(-limit, Math.min(limit, log));
  return { at: Math.round(at * 1e4) / 1e4, clipped: at !== log };
}

/**
 * A half-width for an axis of log2 that shows all finite ratios: at least a quarter of a doubling, so that noise
 * does not fill the panel, at most 7 doublings (x128), beyond which ratios are drawn at the edge.
 */
export function logLimit(ratios: readonly number[]): number {
  const logs = ratios.map((ratio) => Math.abs(Math.log2(ratio))).filter(Number.isFinite);
  return Math.min(7, Math.max(0.25, 1.15 * logs.reduce((max, log) => Math.max(max, log), 0)));
}

/** A ratio in words: percent near 1, a factor away from it. 0.83 is "−17 %", 3.2 is "×3.2", 0 is "none". */
export function ratioText(ratio: number): string {
  if (Number.isNaN(ratio)) return "–";
  if (ratio === 0) return "none";
  if (ratio === Number.POSITIVE_INFINITY) return "new";
  if (ratio >= 2) return `×${ratio >= 9.95 ? ratio.toFixed(0) : ratio.toFixed(1)}`;
  const percent = 100 * (ratio - 1);
  const digits = Math.abs(percent) < 9.95 || percent < -99 ? 1 : 0;
  const text = Math.abs(percent).toFixed(digits);
  if (Number(text) === 0) return "0 %";
  return `${percent < 0 ? "−" : "+"}${text} %`;
}

/** Three ticks of an axis of log2, as factors: narrow panels have no room for more. */
export function logTicks(limit: number): { tickvals: number[]; ticktext: string[] } {
  const step = Math.floor(limit);
  const factors =
    limit < 0.35
      ? [0.9, 1, 1.1]
      : limit < 0.52
        ? [0.8, 1, 1.25]
        : limit < 1
          ? [0.7, 1, 1.4]
          : [2 ** -step, 1, 2 ** step];
  const label = (factor: number): string => (factor <= 0.5 ? `1/${1 / factor}` : String(factor));
  return {
    tickvals: factors.map((factor) => Math.log2(factor)),
    ticktext: factors.map((factor) => `×${label(factor)}`),
  };
}
