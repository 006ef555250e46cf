/* Files of page numbers as traces: the rig's binary records, and text. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateTrace } from "../lib/trace/generate.js";
import { rigRecords, rigWorkloads } from "../lib/trace/generators/rig.js";
import { readListFile } from "../lib/trace/list-format.js";
import { readRigFile, sum32 } from "../lib/trace/rig-format.js";
import type { PageFile } from "../lib/trace/spec.js";
import { openTrace } from "../lib/trace/store.js";
import { WRITE } from "../lib/trace/trace.js";
import { InputError } from "../lib/util/error.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rig-format-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let nr = 0;
/** A new file with these bytes. */
function file(content: Uint8Array | string): string {
  const path = join(folder, `trace${nr++}`);
  writeFileSync(path, content);
  return path;
}

const words = (...records: number[]): string => file(new Uint8Array(Uint32Array.from(records).buffer));
const IN_FILE = 0x4000_0000;
const RIG: PageFile = { format: "rig" };

describe("the rig's records", () => {
  it.each(Object.entries(rigWorkloads(512, 0.5)))(
    "of %s are the trace that the generator makes",
    (_, spec) => {
      const made = generateTrace(spec);
      const layout = made.layout;
      const stride = spec.params.stride ?? 1;
      const anon = layout.vmas.find(({ kind }) => kind === "anon");
      const read = readRigFile(file(new Uint8Array(rigRecords(spec).buffer)), {
        format: "rig",
        stride,
        fileAccess: spec.region === "file-fd" ? "pread" : "mmap",
        anonPages: (anon?.nr ?? 0) / stride,
        filePages: layout.files[0]?.nr ?? 0,
      });
      expect(read.layout).toEqual(layout);
      expect(read.digest).toBe(made.digest);
      expect(read.synthetic).toBe(false);
    },
  );

  it("lie as the replayer puts them: anonymous pages first, the file behind them from a table on", () => {
    const path = words(2, (WRITE | 1) >>> 0, IN_FILE | 3, (WRITE | IN_FILE) >>> 0);
    const mapped = readRigFile(path, { format: "rig", stride: 512 });
    expect(mapped.layout).toEqual({
      nrSlots: 3 * 512 + 512,
      vmas: [
        { process: 0, start: 0, nr: 3 * 512, kind: "anon" },
        { process: 0, start: 1536, nr: 4, kind: "file", file: 0, offset: 0 },
      ],
      files: [{ name: "file", nr: 4 }],
    });
    expect([...mapped.records]).toEqual([1024, (WRITE | 512) >>> 0, 1539, (WRITE | 1536) >>> 0]);
    const read = readRigFile(path, { format: "rig", fileAccess: "pread" });
    expect(read.layout).toMatchObject({ nrSlots: 512, files: [{ nr: 4 }] });
    expect([...read.records]).toEqual([2, (WRITE | 1) >>> 0, 515, (WRITE | 512) >>> 0]);
  });

  it("have the rig's checksum", () => {
    expect(sum32(Uint32Array.of(1, 2, 3))).toBe(31 * 31 + 2 * 31 + 3);
    expect(sum32(rigRecords(rigWorkloads().unif_a!))).toBe(1544951072); // data/kernel/traces.json
  });

  it("stand on shared memory, and are opened through the store by path and layout", async () => {
    const path = words(1, 2, 3);
    const trace = await openTrace({ recorded: path, pages: { format: "rig", anonPages: 8 } });
    expect(trace.layout.vmas[0]!.nr).toBe(8);
    expect(trace.records.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect([...trace.counts]).toEqual([1, 1, 1]);
  });
});

describe("refused, with the place", () => {
  const refused = (path: string, pages: PageFile, message: RegExp): void => {
    expect(() => readRigFile(path, pages)).toThrow(InputError);
    expect(() => readRigFile(path, pages)).toThrow(message);
  };

  it("what is no whole file of records", () => {
    refused(join(folder, "none"), RIG, /cannot read trace file: .*none/);
    refused(folder, RIG, /no regular file/);
    refused(file(""), RIG, /empty trace file/);
    const path = words(1, 2, 3);
    truncateSync(path, 10);
    refused(path, RIG, /has 10 bytes.*begins at offset 8/);
  });

  it("what the layout does not hold", () => {
    refused(words(1, 0x1000_0000), RIG, /0x10000000 .*record 1 at offset 4/);
    refused(words(9), { format: "rig", anonPages: 9 }, /page outside its region: 9 .*give 10 or more/);
    refused(words(9), { format: "rig", stride: 0 }, /invalid stride: 0/);
    refused(words(0x0fff_ffff), { format: "rig", stride: 8 }, /footprint beyond the slot range/);
  });
});

describe("a list", () => {
  it("holds the same records as text", () => {
    const text = "# two regions\n12\nwrite 12\nr 7 file\n\nw,7,f # a store\n";
    const list = readListFile(file(text), { format: "list" });
    const rig = readRigFile(words(12, (WRITE | 12) >>> 0, IN_FILE | 7, (WRITE | IN_FILE | 7) >>> 0), RIG);
    expect(list.digest).toBe(rig.digest);
  });

  it.each(["frob 1", "-1", "1.5", "1 anon x", "read", "268435456"])(
    "refuses the line %j by its number",
    (line) => {
      const path = file(`1\n${line}\n`);
      expect(() => readListFile(path, { format: "list" })).toThrow(/bad line: .*, line 2\)/);
    },
  );
});
