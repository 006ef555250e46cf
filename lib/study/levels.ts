import type { CellSpec, SwitchValue } from "../sim/cell.js";
import { resolvePolicy } from "../sim/resolve-policy.js";
import { resolveSettings } from "../sim/switchboard.js";
import { canonicalJson } from "./hash.js";

/*
 * What a cell's point consists of, as columns that a model in R or pandas can name:
 *
 *   pid_on             a factor of a design: 1 where it is on, 0 where it is off
 *   policy             the policy's name
 *   option_gens        a policy's option, where cells give it different values
 *   set_walk           a switch that a cell sets, where cells differ: what was in force, set or by default
 *
 * The prefixes keep them apart from counters: `walk` counts walks.
 */

/** Columns of one cell. Null: not known, or the policy has no such option. */
export type Levels = Readonly<Record<string, SwitchValue | null>>;

/** A cell as far as it is needed here. */
export interface Levelled {
  readonly spec: CellSpec;
  /** Of a design: its factors. */
  readonly levels?: Levels;
}

/** Name of a factor's column: in lower case, with `_` for all but letters and digits, and `_on`: `flag_ages_on`. */
export function factorColumn(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "");
  return `${/^\p{L}/u.test(plain) ? "" : "f_"}${plain}_on`;
}

/**
 * The columns of each cell, the same for all cells.
 * @param isKnown - whether the policy may be made here to ask for its defaults; otherwise only what the cell sets is known.
 */
export async function levelsOf(
  cells: readonly Levelled[],
  isKnown: (spec: CellSpec) => boolean,
): Promise<Levels[]> {
  const made = new Map<string, InForce>();
  const all: InForce[] = [];
  for (const { spec } of cells) {
    const { policy, set, profile, mode = "kernel" } = spec;
    const key = canonicalJson([policy, set, profile, mode]);
    if (!made.has(key)) made.set(key, await inForce(spec, isKnown(spec)));
    all.push(made.get(key)!);
  }
  const distinct = [...made.values()];
  const varied = (kind: "options" | "set"): string[] => {
    const given = new Set(cells.flatMap(({ spec }) => Object.keys(asked(spec, kind))));
    return [...given].filter((name) => new Set(distinct.map((one) => one[kind][name])).size > 1).sort();
  };
  const [options, switches] = [varied("options"), varied("set")];
  return cells.map(({ spec, levels }, i) => ({
    ...levels,
    policy: spec.policy.name,
    ...columns("option", options, all[i]!.options),
    ...columns("set", switches, all[i]!.set),
  }));
}

type Values = Readonly<Record<string, SwitchValue>>;

/** Options and switches of a cell as they were when it ran. */
interface InForce {
  readonly options: Values;
  readonly set: Values;
}

const asked = ({ policy, set }: CellSpec, kind: keyof InForce): Values =>
  kind === "set" ? set : (policy.options ?? {});

async function inForce(spec: CellSpec, isKnown: boolean): Promise<InForce> {
  const [options, set] = [asked(spec, "options"), asked(spec, "set")];
  // A plain cache has none of the kernel's slots.
  if (!isKnown || spec.mode === "cache") return { options, set };
  try {
    const policy = await resolvePolicy(spec.policy);
    const settings = { ...resolveSettings(policy, set, spec.profile) };
    return { options: policy.options ?? {}, set: settings };
  } catch {
    return { options, set }; // refused: its row says why
  }
}

function columns(prefix: string, names: readonly string[], values: Values): Levels {
  return Object.fromEntries(names.map((name) => [`${prefix}_${name}`, values[name] ?? null]));
}

/** The levels of rows as columns of a table. Values of several types become texts: a column has one. */
export function levelColumns(levels: readonly (Levels | undefined)[]): [string, unknown[]][] {
  const names = [...new Set(levels.flatMap((own) => Object.keys(own ?? {})))];
  return names.map((name) => {
    const values = levels.map((own) => own?.[name] ?? null);
    const types = new Set(values.flatMap((value) => (value === null ? [] : typeof value)));
    return [name, types.size > 1 ? values.map((value) => (value === null ? null : String(value))) : values];
  });
}
