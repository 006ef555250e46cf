import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import type { Kind } from "../design/combinations.js";
import type { DesignSpec } from "../design/design.js";
import type { Factor, PolicyChoice } from "../design/factor.js";
import type { CellSpec } from "../sim/cell.js";
import type { Axes } from "../study/grid.js";
import { inputError } from "../util/error.js";
import { parseJson } from "./json-text.js";

/*
 * A study as its user writes it: a few lines of JSON, or a module that exports the same as its default. Two forms:
 *
 *   a grid     { "name": "quick", "trace": ["sort"], "memory": [0.5], "point": { "LRU": "lru", "MGLRU": "mglru" } }
 *   a design   { "name": "parts", "trace": ["sort"], "memory": [0.5], "kind": "full",
 *                "between": { "off": "lru", "on": "mglru", "bundle": { "walk": ["walk", "Bloom filter"], ... } } }
 *
 * The shape is checked here, with the place of what is wrong; what the values mean is checked by `grid` and `design`.
 */

const value = z.union([z.string(), z.number(), z.boolean()]);
const names = z.array(z.string()).min(1);
const policy = z.union([
  z.string(),
  z.strictObject({
    name: z.string(),
    module: z.string().optional(),
    options: z.record(z.string(), value).optional(),
  }),
]);
const pages = z.strictObject({
  format: z.enum(["rig", "list"]),
  fileAccess: z.enum(["mmap", "pread"]).optional(),
  stride: z.number().optional(),
  anonPages: z.number().optional(),
  filePages: z.number().optional(),
});
const trace = z.union([
  z.string(),
  z.looseObject({
    recorded: z.string(),
    window: z.strictObject({ start: z.number(), length: z.number() }).optional(),
    pages: z.union([pages, z.looseObject({ format: z.string() })]).optional(),
  }),
  z.strictObject({
    generated: z.string(),
    params: z.record(z.string(), z.number()).default({}),
    seed: z.number(),
    region: z.enum(["anon", "file-mmap", "file-fd"]),
  }),
]);

const axes = {
  /** Names the study in the results folder; it becomes the name of a file. */
  name: z.string().regex(/^[\w][\w.-]*$/, "a name of letters, digits, _ . and -"),
  trace: z.union([z.array(trace).min(1), z.record(z.string(), trace)]),
  memory: z.array(z.number()).min(1),
  seed: z.array(z.number()).min(1).optional(),
  profile: z
    .array(z.enum(["6.1", "6.12", "7.3"]))
    .min(1)
    .optional(),
  swap: z
    .array(z.enum(["zram", "disk", "none"]))
    .min(1)
    .optional(),
  swappiness: z.array(z.number()).min(1).optional(),
};
const switches = z.record(z.string(), value);

const gridSpec: z.ZodType = z.strictObject({
  ...axes,
  point: z.record(
    z.string(),
    z.union([
      z.string(),
      z.strictObject({
        policy,
        set: switches.optional(),
        base: z.string().optional(),
        text: z.string().optional(),
      }),
    ]),
  ),
});

/** Keys that a kind cannot do without. */
const KIND_NEEDS: Readonly<Record<string, readonly [key: string, give: string]>> = {
  "one-at-a-time": ["from", 'give the factors that are on at the start, such as ["walk"], or []'],
  fraction: ["generators", 'give one for each halving, such as ["D=ABC"]'],
  subset: ["size", "give how many combinations to draw, from 2"],
  orders: ["size", "give how many orders to draw, an even number from 2"],
};

const designShape = z.strictObject({
  ...axes,
  kind: z.enum(["leave-one-out", "add-one-in", "one-at-a-time", "full", "fraction", "subset", "orders"]),
  /** Factors written out, as for `design`. */
  factors: z
    .array(
      z.strictObject({
        name: z.string(),
        off: switches,
        on: switches,
        policy: z.strictObject({ off: policy, on: policy }).optional(),
        needs: z.array(z.union([z.string(), names])).optional(),
        text: z.string().optional(),
      }),
    )
    .optional(),
  /** Or all in which two policies differ, see `factorsBetween` and `bundle`. */
  between: z
    .strictObject({
      off: policy,
      on: policy,
      profile: z.enum(["6.1", "6.12", "7.3"]).optional(),
      bundle: z.record(z.string(), names).optional(),
    })
    .optional(),
  policy: z.record(z.string(), policy).optional(),
  from: z.array(z.string()).optional(),
  generators: z.array(z.string()).optional(),
  size: z.number().optional(),
  drawSeed: z.number().optional(),
});

const designSpec: z.ZodType = designShape.superRefine((spec, context) => {
  const [key, give] = KIND_NEEDS[spec.kind] ?? [];
  if (key === undefined || (spec as Record<string, unknown>)[key] !== undefined) return;
  context.addIssue({ code: "custom", path: [key], message: `kind ${spec.kind} needs it: ${give}` });
});

/** A study of named points. */
export type GridStudySpec = Axes & {
  /** Names the study in the results folder: letters, digits, `_`, `.` and `-`. */
  readonly name: string;
};

/** A study of a design, its factors written out or taken from two policies; the rest as in `DesignSpec`. */
export type DesignStudySpec = Kind &
  Omit<DesignSpec, "factors" | keyof Kind> & {
    readonly name: string;
    readonly factors?: readonly Factor[];
    /** All in which two policies differ, see `factorsBetween`, joined as `bundle` says. */
    readonly between?: {
      readonly off: PolicyChoice;
      readonly on: PolicyChoice;
      readonly profile?: CellSpec["profile"];
      readonly bundle?: Readonly<Record<string, readonly string[]>>;
    };
  };

/** What `reclaim-lab study` takes: `point` for a grid, `kind` for a design. */
export type StudySpec = GridStudySpec | DesignStudySpec;

/**
 * Check the shape of a study.
 * @param place - where it is from, for the message.
 * @throws InputError that names each place that is wrong, what was found and what is wanted.
 */
export function parseStudySpec(given: unknown, place = "study"): StudySpec {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    inputError(`no study: ${JSON.stringify(given)} (${place}); give { name, trace, memory, point or kind }`);
  if ("point" in given === "kind" in given) {
    const both = "point" in given ? "both" : "neither";
    inputError(
      `${both} of point and kind (${place}); a grid has points, a design has a kind: full, leave-one-out, ...`,
    );
  }
  const schema = "point" in given ? gridSpec : designSpec;
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data as StudySpec;
  const wrong = parsed.error.issues.flatMap((issue) => issueLines(issue, given));
  return inputError(`bad study (${place}):\n${[...new Set(wrong)].map((line) => `  ${line}`).join("\n")}`);
}

/** `memory[1]: "half"; expected number`. */
function issueLines(issue: z.core.$ZodIssue, root: unknown, prefix: PropertyKey[] = []): string[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    // Of the alternatives, the one that came farthest is what was meant.
    const depth = (list: readonly z.core.$ZodIssue[]): number =>
      Math.max(...list.map((one) => one.path.length));
    const best = [...issue.errors].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0]!;
    return best.flatMap((one) => issueLines(one, root, path));
  }
  let found: unknown = root;
  for (const key of path) found = (found as Record<PropertyKey, unknown> | undefined)?.[key];
  if (issue.code === "unrecognized_keys") {
    return [
      `${placeOf(path)}: unknown ${issue.keys.join(", ")}; leave it out, or see reclaim-lab study --help`,
    ];
  }
  const message = issue.message.replace(/^Invalid (input|option|string): /, "");
  if (found === undefined)
    return [`${placeOf(path)}: missing; ${message.replace(", received undefined", "")}`];
  return [`${placeOf(path)}: ${JSON.stringify(found)}; ${message}`];
}

function placeOf(path: readonly PropertyKey[]): string {
  const text = path
    .map((key) =>
      typeof key === "number"
        ? `[${key}]`
        : /^\w+$/.test(String(key))
          ? `.${String(key)}`
          : `["${String(key)}"]`,
    )
    .join("");
  return text.replace(/^\./, "") || "study";
}

/**
 * Read a study from a file: JSON, or a module (`.mjs`, `.js`) whose default export is the study or a function that
 * gives it.
 * @throws InputError for a file that is not there, does not parse, or holds something else.
 */
export async function readStudySpec(path: string): Promise<StudySpec> {
  return parseStudySpec(/\.[cm]?js$/.test(path) ? await fromModule(path) : await fromJson(path), path);
}

async function fromJson(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) =>
    inputError(`cannot read study: ${path} (${error.code}); give a JSON file or a module`),
  );
  try {
    return parseJson(text);
  } catch (error) {
    return inputError(`no JSON: ${path} (${(error as Error).message}); a module must end in .mjs`);
  }
}

async function fromModule(path: string): Promise<unknown> {
  let module: { default?: unknown };
  try {
    module = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown };
  } catch (error) {
    return inputError(
      `cannot load study: ${path} (${(error as Error).message}); give a JSON file or a module`,
    );
  }
  const { default: given } = module;
  if (given === undefined) inputError(`no study: ${path}; export it as the default`);
  return typeof given === "function" ? await (given as () => unknown)() : given;
}
