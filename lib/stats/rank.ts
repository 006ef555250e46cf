/* Quantiles and ranks. */

/** Quantile by linear interpolation between the sorted values (R's type 7). NaN of nothing. @param share - 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  const above = sorted[Math.ceil(at)]!;
  return above === below ? below : below + (above - below) * (at - Math.floor(at));
}

/** Ranks from 1; equal values share the mean of theirs. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const found = new Array<number>(values.length);
  for (let i = 0; i < order.length; ) {
    let end = i;
    while (end < order.length && values[order[end]!] === values[order[i]!]) end++;
    for (let k = i; k < end; k++) found[order[k]!] = (i + end + 1) / 2;
    i = end;
  }
  return found;
}

/** Spearman's rank correlation of two columns of equal length; NaN if one of them is constant. */
export function rankCorrelation(xs: readonly number[], ys: readonly number[]): number {
  const [a, b] = [ranks(xs), ranks(ys)];
  const mean = (xs.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    xy += (a[i]! - mean) * (b[i]! - mean);
    xx += (a[i]! - mean) ** 2;
    yy += (b[i]! - mean) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}
