import type { Places } from "../../lib/design/design.js";
import { combinationName, type Factor, namesOn } from "../../lib/design/factor.js";
import type { Row } from "../../lib/study/run-grid.js";

/** A row whose only counters are `nr_record`, 1,000, and `workingset_refault`; undefined: out of memory. */
export function row(point: string, trace: string, refaults: number | undefined, more: object = {}): Row {
  const labels = {
    trace,
    point,
    base: "none",
    memory: 0.5,
    memory_max: 500,
    footprint: 1000,
    synthetic: false,
  };
  return {
    labels: { ...labels, seed: 0, profile: "6.12", swap: "zram", swappiness: 60, ...more },
    hash: null,
    status: refaults === undefined ? "oom" : "ok",
    error: null,
    counters: refaults === undefined ? {} : { nr_record: 1000, workingset_refault: refaults },
  };
}

/** A design of factors a, b, c, ... with the given combinations, and no cells. */
export function placesOf(k: number, combinations: readonly number[], more: Partial<Places> = {}): Places {
  const factors: Factor[] = [..."abcdefghij"].slice(0, k).map((name) => ({ name, off: {}, on: {} }));
  const places = combinations.map((mask) => [
    combinationName(factors, mask),
    { group: "", on: namesOn(factors, mask) },
  ]);
  return {
    kind: "full",
    factors: factors.map(({ name }) => name),
    places: Object.fromEntries(places),
    ...more,
  };
}

/** All combinations of k factors. */
export const all = (k: number): number[] => Array.from({ length: 2 ** k }, (_, mask) => mask);

/** Rows of a design: the value of each combination on each trace. */
export function rowsOf(
  design: Places,
  value: (mask: number, trace: number) => number | undefined,
  nrTraces = 1,
): Row[] {
  return Object.entries(design.places).flatMap(([point, { on }]) => {
    const mask = on.reduce((bits, name) => bits | (1 << design.factors.indexOf(name)), 0);
    return Array.from({ length: nrTraces }, (_, t) => row(point, `t${t}`, value(mask, t)));
  });
}
