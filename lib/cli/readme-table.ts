/*
 * The README's figures on the kernel, from the tables of notebook 03: `npm start -- --update` writes them between two
 * comments, and test/readme.test.ts compares them with the committed notebook.
 */
import { inputError } from "../util/error.js";

/** A row of a table, as text or numbers. */
type Row = Readonly<Record<string, unknown>>;

const BEGIN = "<!-- kernel table: written by npm start -- --update -->";
const END = "<!-- end of the kernel table -->";
const SETS = ["measured", "held out"] as const;

/** A number of per cent as `reclaim-lab validate` prints it; a dash for none. */
function percent(value: unknown): string {
  const number = typeof value === "number" ? value : Number.parseFloat(String(value));
  if (Number.isNaN(number)) return "–";
  return number.toFixed(number < 9.995 ? 2 : 1);
}

/** A figure beside its target; beyond it, in bold. */
function marked(value: unknown, target: unknown): string {
  return Number(value) > Number.parseFloat(String(target)) ? `**${percent(value)}**` : percent(value);
}

/** The block of Markdown. @param targets - A row for each set and target. @param signs - "x of y" by set and counter. */
export function kernelTable(targets: readonly Row[], signs: readonly Row[]): string {
  const groups = [...new Set(targets.map(({ counters }) => String(counters)))];
  const lines = groups.map((group) => {
    const rows = SETS.map((set) => targets.find((row) => row.set === set && row.counters === group));
    const found = rows.flatMap((row) => [
      `${row?.n}`,
      marked(row?.median, row?.["target median"]),
      marked(row?.p90, row?.["target p90"]),
    ]);
    const target = `${percent(rows[0]?.["target median"])} / ${percent(rows[0]?.["target p90"])}`;
    return `| ${[group, ...found, target].join(" | ")} |`;
  });
  const agree = SETS.map((set) => `${signsOf(signs, set)} (${set})`).join(", ");
  return [
    "| errors in % | measured: n | median | p90 | held out: n | median | p90 | target: median / p90 |",
    "| --- | --: | --: | --: | --: | --: | --: | --- |",
    ...lines,
    "",
    `Bold: beyond the target. Signs of differences between modes that exceed twice the kernel's noise: ${agree} agree.`,
  ].join("\n");
}

/** Sum over all cells of the form "x of y" in the rows of a set. */
function signsOf(rows: readonly Row[], set: string): string {
  const cells = rows.filter(({ cells }) => cells === set).flatMap((row) => Object.values(row));
  const counts = cells.flatMap((cell) => {
    const [, agree, all] = /^(\d+) of (\d+)$/.exec(String(cell)) ?? [];
    return agree === undefined ? [] : [[Number(agree), Number(all)] as const];
  });
  const sum = (i: 0 | 1): number => counts.reduce((total, count) => total + count[i], 0);
  return `${sum(0)} of ${sum(1)}`;
}

/** A README with another block. Throws an InputError if the comments around it are missing. */
export function withKernelTable(readme: string, table: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin)
    inputError(`no place for the kernel table in README.md; put back "${BEGIN}" and "${END}"`);
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${readme.slice(end)}`;
}
