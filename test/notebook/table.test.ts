import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { table } from "arquero";
import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { afterEach, describe, expect, test, vi } from "vitest";
import { clearTables, csv, savedTables, saveTable } from "../../lib/notebook/save-table.js";
import { show, showText } from "../../lib/notebook/show.js";
import { renderTable, showTable } from "../../lib/notebook/show-table.js";
import { formatColumn } from "../../lib/notebook/table.js";

const runs = table({ policy: ["lru", "a<b"], refaults: [120345, 7], share: [0.51234, null] });

describe("the text of a column", () => {
  test.each<[unknown[], string[]]>([
    [
      [1234567, 5],
      ["1,234,567", "5"],
    ],
    [
      [0.5, 0.25],
      ["0.50", "0.25"],
    ],
    [
      [1234.5678, 0.1],
      ["1,235", "0"],
    ],
    [
      [0.000001234, 1],
      ["1.23e-6", "1"],
    ],
    [
      [-2.5, null, Number.NaN, Number.POSITIVE_INFINITY],
      ["−2.5", "–", "–", "∞"],
    ],
    [
      [5n, undefined],
      ["5", "–"],
    ],
    [
      ["x", true, { a: 1 }],
      ["x", "true", '{"a":1}'],
    ],
  ])("case %#", (values, texts) => expect(formatColumn(values)).toEqual(texts));

  test("numbers keep their order and at least three digits of the largest", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.01, max: 1e9, noNaN: true }), { minLength: 1 }), (values) => {
        const shown = formatColumn(values).map((text) => Number(text.replaceAll(",", "")));
        const largest = Math.max(...values);
        for (const [i, value] of values.entries())
          expect(Math.abs(shown[i]! - value)).toBeLessThan(largest / 1000);
      }),
    );
  });
});

test("a table is aligned, escaped, and says what it leaves out", () => {
  const { html, text } = renderTable(runs, {
    limit: 1,
    caption: "Refaults",
    columns: ["refaults", "policy"],
  });
  expect(text).toBe("Refaults\nrefaults  policy\n 120,345  lru\n… 1 more rows");
  expect(html).toContain('<td style="text-align:right">120,345</td><td style="text-align:left">lru</td>');
  expect(html).toContain("… 1 more rows");
  expect(renderTable(runs).html).toContain("a&lt;b");
});

test("rows of objects do as well as a table", () => {
  expect(renderTable(runs.objects())).toEqual(renderTable(runs));
  expect(renderTable([]).text).toBe("");
});

test("outside of a notebook, text goes to the terminal and a figure is refused", () => {
  const said = vi.spyOn(console, "log").mockImplementation(() => {});
  showText("**Finding.**");
  showTable(runs, { columns: ["policy"] });
  expect(said.mock.calls).toEqual([["**Finding.**"], ["policy\nlru\na<b"]]);
  said.mockRestore();
  expect(() => show({ data: [] })).toThrow(/^not in a notebook cell: nothing displays here; run/);
});

describe("saved tables", () => {
  afterEach(() => vi.unstubAllEnvs());

  test("are CSV and Parquet with the same values, listed, and cleared by name", async () => {
    const folder = mkdtempSync(join(tmpdir(), "reclaim-lab-"));
    vi.stubEnv("RECLAIM_LAB_REPORT", folder);
    saveTable("runs", runs);
    saveTable("runs", runs);
    saveTable("empty", []);
    expect(readFileSync(join(folder, "tables/runs.csv"), "utf8")).toBe(
      "policy,refaults,share\nlru,120345,0.51234\na<b,7,\n",
    );
    const bytes = readFileSync(join(folder, "tables/runs.parquet"));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    expect(await parquetReadObjects({ file })).toEqual([
      { policy: "lru", refaults: 120345n, share: 0.51234 },
      { policy: "a<b", refaults: 7n, share: null },
    ]);
    expect(savedTables(folder).map(({ name, rows }) => [name, rows])).toEqual([
      ["runs", 2],
      ["empty", 0],
    ]);
    clearTables(folder);
    expect(savedTables(folder)).toEqual([]);
  });

  test("a name that is a path is refused", () => {
    vi.stubEnv("RECLAIM_LAB_REPORT", tmpdir());
    expect(() => saveTable("../x", runs)).toThrow(/^not a table name: \.\.\/x; use letters/);
  });

  test("CSV quotes what it must", () => {
    expect(csv({ columns: ["a,b"], rows: [{ "a,b": 'say "x"\n' }] })).toBe('"a,b"\n"say ""x""\n"\n');
  });
});
