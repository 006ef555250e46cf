/* What `reclaim-lab trace info` prints for people. */
import type { AccessBins } from "../trace/info/access-bins.js";
import type { RegionInfo } from "../trace/info/regions.js";
import type { Reuse } from "../trace/info/reuse.js";
import type { TraceInfo } from "../trace/info/trace-info.js";
import type { WorkingSets } from "../trace/info/working-set.js";

const MOST_REGIONS = 12;
const BAR = 40;
/** From few to many. */
const SHADES = " .:-=+*#%@";
const SPARKS = "▁▂▃▄▅▆▇█";

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function bytes(pages: number): string {
  return pages < 256 ? `${4 * pages} KiB` : `${((pages * 4096) / 2 ** 20).toFixed(1)} MiB`;
}

/** The whole text. */
export function infoText(info: TraceInfo): string {
  return [
    summary(info),
    regions(info.regions),
    reuse(info.reuse, info.records),
    misses(info.reuse),
    sets(info.workingSet),
    map(info.heatmap),
  ].join("\n\n");
}

function summary(info: TraceInfo): string {
  const { name, synthetic, digest, records, accesses, pages, anonPages, filePages, processes, events } = info;
  return [
    `${name}${synthetic ? " (synthetic)" : ""}, digest ${digest}`,
    `${whole(records)} records of ${whole(accesses)} accesses; ${percent(info.writeShare)} of the records store, ` +
      `${percent(info.fdShare)} go through descriptors`,
    `footprint ${whole(pages)} pages (${bytes(pages)}): ${whole(anonPages)} anonymous, ${whole(filePages)} of files; ` +
      `processes ${processes}, unmaps ${whole(events)}`,
  ].join("\n");
}

function regions(all: readonly RegionInfo[]): string {
  const shown = all.slice(0, MOST_REGIONS);
  const rows = shown.map((r) => [
    r.kind === "file" ? r.file : `anonymous, process ${r.process}`,
    whole(r.pages),
    whole(r.records),
    percent(r.stores / r.records),
    percent(r.fd / r.records),
  ]);
  const more = all.length > shown.length ? [`${all.length - shown.length} smaller regions (see --json)`] : [];
  return [...table(["region", "pages", "records", "stores", "through fd"], rows), ...more].join("\n");
}

/** Columns aligned: the first to the left, numbers to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  return all.map((row) =>
    row.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join("  "),
  );
}

function reuse({ first, histogram }: Reuse, records: number): string {
  const most = Math.max(first, ...histogram.map(({ visits }) => visits));
  const line = (label: string, visits: number): string[] => [
    label,
    percent(visits / records),
    "#".repeat(Math.round((BAR * visits) / most)).padEnd(BAR),
  ];
  const rows = histogram.map(({ from, to, visits }) =>
    line(from === to ? whole(from) : `${whole(from)} to ${whole(to)}`, visits),
  );
  return [
    "reuse distance: other pages visited since the last visit of a page; share of the records",
    ...table(["pages", "records", ""], [...rows, line("first visit", first)]).map((text) => text.trimEnd()),
  ].join("\n");
}

function misses({ missRatios: points }: Reuse): string {
  const shown = points.filter(
    ({ pages }, i) => Number.isInteger(Math.log2(pages)) || i === points.length - 1,
  );
  const rows = shown.map(({ pages, missRatio }) => [whole(pages), bytes(pages), percent(missRatio)]);
  return [
    "miss ratio of LRU that this implies, one page a visit",
    ...table(["pages", "memory", "misses"], rows),
  ].join("\n");
}

function sets({ sets: windows }: WorkingSets): string {
  const rows = windows.map(({ tau, mean, pages }) => [
    whole(tau),
    whole(mean),
    whole(Math.max(0, ...pages)),
    spark(pages),
  ]);
  return [
    "working set: pages visited in the last tau records, over time",
    ...table(["tau", "mean", "most", "from 0 to most"], rows),
  ].join("\n");
}

function spark(values: readonly number[]): string {
  const most = Math.max(1, ...values);
  return values
    .map((value) => SPARKS[Math.min(SPARKS.length - 1, Math.floor((SPARKS.length * value) / most))])
    .join("");
}

/** The picture: time to the right, slots upwards, the shade is the logarithm of the accesses. */
function map({ counts, slotsPerRow, accessesPerColumn }: AccessBins): string {
  const most = Math.max(1, ...counts.flat());
  const shade = (count: number): string => {
    if (count === 0) return SHADES[0]!;
    const share = most === 1 ? 1 : Math.log(count) / Math.log(most);
    return SHADES[1 + Math.min(SHADES.length - 2, Math.floor((SHADES.length - 1) * share))]!;
  };
  const width = whole(slotsPerRow * Math.max(0, counts.length - 1)).length;
  const rows = counts.map(
    (row, i) => `${whole(i * slotsPerRow).padStart(width)} |${row.map(shade).join("")}|`,
  );
  return [
    `accesses by slot (${whole(slotsPerRow)} a line, lowest below) and time (${whole(accessesPerColumn)} accesses a column); ` +
      `"." is few, "@" up to ${whole(most)}`,
    ...rows.reverse(),
  ].join("\n");
}
