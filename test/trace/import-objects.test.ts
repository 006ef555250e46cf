/* Requests and I/O of other simulators' formats: libCacheSim's oracleGeneral and csv, block traces. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeOracleGeneral } from "../../lib/trace/import/oracle-general.js";
import { readTrace } from "../../lib/trace/import/read-trace.js";
import { openTrace } from "../../lib/trace/store.js";
import { nrSlotsAll, SLOT_MASK } from "../../lib/trace/trace.js";
import { InputError } from "../../lib/util/error.js";
import { showTrace } from "./show-trace.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "import-objects-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Requests of oracleGeneral, as its struct has them. */
function oracleGeneral(ids: readonly bigint[]): Buffer {
  const bytes = Buffer.alloc(24 * ids.length);
  ids.forEach((id, i) => {
    bytes.writeUInt32LE(i, 24 * i);
    bytes.writeBigUInt64LE(id, 24 * i + 4);
    bytes.writeUInt32LE(100 + i, 24 * i + 12);
    const next = ids.indexOf(id, i + 1);
    bytes.writeBigInt64LE(BigInt(next), 24 * i + 16);
  });
  return bytes;
}

describe("oracleGeneral", () => {
  const IDS = [7n, 2n ** 64n - 1n, 7n, 0n, 2n ** 32n + 7n, 7n, 0n];

  test("an object is one page, ids are dense in order of appearance, all 64 bits count", async () => {
    const trace = await readTrace(file("a.oracleGeneral", oracleGeneral(IDS)), "oracleGeneral");
    expect([...trace.records]).toEqual([0, 1, 0, 2, 3, 0, 2]);
    expect([...trace.counts]).toEqual(IDS.map(() => 1));
    expect(trace.layout).toEqual({
      nrSlots: 512,
      vmas: [{ process: 0, start: 0, nr: 4, kind: "anon" }],
      files: [],
    });
    expect(trace.records.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  test("objects may be pages of a file, mapped or only open", async () => {
    const path = file("b.oracleGeneral", oracleGeneral(IDS));
    const pread = await readTrace(path, { format: "oracleGeneral", fileAccess: "pread" });
    expect(showTrace(pread)).toEqual(["r fd 0", "r fd 1", "r fd 0", "r fd 2", "r fd 3", "r fd 0", "r fd 2"]);
    const mapped = await readTrace(path, { format: "oracleGeneral", fileAccess: "mmap" });
    expect(showTrace(mapped)[1]).toBe("r file 1");
    const strided = await readTrace(path, { format: "oracleGeneral", stride: 512 });
    expect([...strided.records].slice(0, 4)).toEqual([0, 512, 0, 1024]);
  });

  test("compressed files are opened on the way", async () => {
    const bytes = oracleGeneral(IDS);
    const plain = await readTrace(file("c.oracleGeneral", bytes), "oracleGeneral");
    const gz = await readTrace(file("c.oracleGeneral.gz", gzipSync(bytes)), "oracleGeneral");
    const zst = await readTrace(file("c.oracleGeneral.zst", zstdStored(bytes)), "oracleGeneral");
    expect([gz.digest, zst.digest]).toEqual([plain.digest, plain.digest]);
  });

  test("a truncated, damaged, empty or missing file is said to be one, with the offset", async () => {
    const bytes = oracleGeneral(IDS);
    const zst = zstdStored(bytes);
    await expect(readTrace(file("t", bytes.subarray(0, 60)), "oracleGeneral")).rejects.toThrow(
      /truncated trace file: .*\/t ends 12 bytes into the request at offset 48;/,
    );
    for (const [name, content] of [
      ["t.gz", gzipSync(bytes).subarray(0, 30)],
      ["t.zst", zst.subarray(0, 40)],
      ["u.zst", Buffer.from("no zstd at all")],
      ["v.zst", Buffer.alloc(0)],
    ] as const) {
      await expect(readTrace(file(name, content), "oracleGeneral")).rejects.toThrow(
        /^damaged compressed file: .*; copy it again$/,
      );
    }
    await expect(readTrace(file("e", ""), "oracleGeneral")).rejects.toThrow(/^empty trace file: .*\/e;/);
    await expect(readTrace(join(folder, "none"), "oracleGeneral")).rejects.toThrow(
      /^cannot read trace file: .*none.*check the path/,
    );
    await expect(readTrace(folder, "oracleGeneral")).rejects.toThrow(InputError);
  });

  test("what is written reads back as the same objects, each with its next request", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.nat(5), { minLength: 1, maxLength: 40 }), async (pages) => {
        const path = file("w.csv", pages.map((page) => `0,${page},1\n`).join(""));
        const trace = await readTrace(path, "csv");
        writeOracleGeneral(join(folder, "w"), trace);
        const bytes = readFileSync(join(folder, "w"));
        const again = await readTrace(join(folder, "w"), "oracleGeneral");
        expect(again.digest).toBe(trace.digest);
        pages.forEach((page, i) => {
          expect(Number(bytes.readBigInt64LE(24 * i + 16))).toBe(pages.indexOf(page, i + 1));
        });
      }),
      { numRuns: 30 },
    ));
});

/** A zstd frame of one stored block (RFC 8878, 3.1.1), so that no encoder is needed. At most 255 bytes. */
function zstdStored(bytes: Buffer): Buffer {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, bytes.length, 0, 0, 0]);
  head.writeUIntLE((bytes.length << 3) | 1, 6, 3);
  return Buffer.concat([head, bytes]);
}

describe("csv", () => {
  const requests = async (text: string, columns?: string) => {
    const trace = await readTrace(file("r.csv", text), {
      format: "csv",
      ...(columns !== undefined && { columns }),
    });
    return showTrace(trace).join(", ");
  };

  test("ids are any text; two that differ in it are two objects", async () => {
    expect(await requests("1,7,10\n2,07,10\n3,x,10\n4,7,10\n5,99999999999999999999,1\r\n6,x,1")).toBe(
      "r anon 0, r anon 1, r anon 2, r anon 0, r anon 3, r anon 2",
    );
  });

  test("a first line without numbers where they must be is a header, unless said otherwise", async () => {
    expect(await requests("time,id,size\n1,a,10\n")).toBe("r anon 0");
    await expect(requests("time,id,size\n", "time-col=1,obj-id-col=2,has-header=false")).rejects.toThrow(
      /no number in column 1: "time" \(.*, line 1\)/,
    );
    expect(await requests("a\nb\na\n", "obj-id-col=1")).toBe("r anon 0, r anon 1, r anon 0");
    expect(await requests("a\nb\n", "obj-id-col=1, has-header=true")).toBe("r anon 0");
  });

  test.each([
    ["time-col=1,obj-id-col=2,obj-size-col=3,has-header=true,delimiter=,", "t,i,s\n1,a,2\n"],
    ["delimiter=,,obj-id-col=2", "1,a\n"],
    ["obj-id-col=2,delimiter=;", "1;a;3\n"],
    ["delimiter= ,obj-id-col=2", "1 a 3\n"],
    ["obj-id-col=2,delimiter=\\t,obj-id-is-num=0", "1\ta\n"],
    ["delimiter=tab,obj-id-col=2", "1\ta\n"],
  ])("columns %s", async (columns, text) => expect(await requests(text, columns)).toBe("r anon 0"));

  test("operations that store make stores", async () => {
    const columns = "obj-id-col=1,op-col=2";
    expect(await requests("a,GET\na,set\nb,W\nb,0\n", columns)).toBe(
      "r anon 0, w anon 0, w anon 1, r anon 1",
    );
    await expect(requests("a,frob\n", columns)).rejects.toThrow(
      /unknown operation in column 2: "frob" \(.*, line 1\)/,
    );
  });

  test.each([
    [
      "1,a\n",
      undefined,
      /too few columns: 2 in "1,a" \(.*r\.csv, line 1\); expected 3 or more, with "," between/,
    ],
    ["1,a,2\n2,,2\n", undefined, /no object id in column 2 \(.*, line 2\)/],
    ["1,a,2\n2,b,x\n", undefined, /no number in column 3: "x" \(.*, line 2\)/],
    ["1,a,2\n", "obj-id-col=0", /invalid column: obj-id-col=0; columns are numbered from 1/],
    ["1,a,2\n", "id=2", /unknown column option: id=2; give time-col, obj-id-col/],
    ["1,a,2\n", "time-col=1", /missing obj-id-col/],
    ["1,a,2\n", "obj-id-col=2,delimiter=ab", /invalid delimiter: "ab"/],
    ["1,a,2\n", "obj-id-col=2,has-header=maybe", /invalid has-header: has-header=maybe; give true or false/],
    ["\n\n", undefined, /^empty trace file/],
  ])("%j with columns %j is refused", async (text, columns, message) => {
    await expect(requests(text, columns)).rejects.toThrow(message);
    await expect(requests(text, columns)).rejects.toThrow(InputError);
  });

  test("a line that never ends is no csv", async () => {
    await expect(requests("1".repeat((1 << 20) + (1 << 18)))).rejects.toThrow(/line too long: .*line 1/);
  });
});

describe("block traces", () => {
  /** Two disks of one host, in the columns of the MSR Cambridge traces. */
  const MSR =
    "128166372003061629,usr,0,Read,8192,12288,41286\n" +
    "128166372016382155,usr,1,Write,4095,2,1963\n" +
    "128166372026382245,usr,0,Read,409600,512,100\n" +
    "128166372026382246,usr,0,Write,12800,512,100\n";

  test("an I/O is the pages it touches; a device is a file of the pages that were touched, by offset", async () => {
    const trace = await readTrace(file("msr.csv", MSR), "block");
    expect(trace.layout.files).toEqual([
      { name: "usr-0", nr: 4 },
      { name: "usr-1", nr: 2 },
    ]);
    expect(showTrace(trace)).toEqual(["r fd 0", "r fd 1", "r fd 2", "w fd 4", "w fd 5", "r fd 3", "w fd 1"]);
    const mapped = await readTrace(file("msr.csv", MSR), { format: "block", fileAccess: "mmap" });
    expect(showTrace(mapped)).toContain("w file 5");
  });

  test("columns and units may be others", async () => {
    const columns = "offset-col=1,size-col=2,unit=512,delimiter= ";
    const trace = await readTrace(file("b.txt", "0 8\n8 16\n2147483648 1\n0 0\n"), {
      format: "block",
      columns,
    });
    expect(showTrace(trace)).toEqual(["r fd 0", "r fd 1", "r fd 2", "r fd 3", "r fd 0"]);
  });

  test.each([
    ["1,usr,0,Read,x1,4096,1", /no whole number in column 5: "x1" \(.*, line 2\); expected the offset/],
    ["1,usr,0,Read,4096,-1,1", /no whole number in column 6: "-1" \(.*, line 2\); expected the size/],
    ["1,usr,0,Trim,4096,1,1", /unknown operation in column 4: "Trim" \(.*, line 2\)/],
    ["1,usr,0,Read,0,99999999999,1", /too large an I\/O: 99999999999 bytes at 0 \(.*, line 2\)/],
    ["1,usr,0", /too few columns: 3 in "1,usr,0" \(.*, line 2\); expected 6 or more/],
  ])("%j is refused", async (line, message) => {
    const path = file("bad.csv", `1,usr,0,Read,0,1,1\n${line}\n`);
    await expect(readTrace(path, "block")).rejects.toThrow(message);
  });
});

describe("any bytes", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.string({ maxLength: 300 }).map((text) => Buffer.from(text)),
    fc
      .array(fc.stringMatching(/^[0-9a-c,Rx]{0,30}$/), { maxLength: 12 })
      .map((lines) => Buffer.from(lines.join("\n"))),
    fc
      .array(fc.tuple(fc.nat(9), fc.constantFrom("a", "b", "7"), fc.nat(1e6)), { maxLength: 12 })
      .map((rows) => Buffer.from(rows.map((row) => row.join(",")).join("\n"))),
  );

  test.each(["oracleGeneral", "csv", "block"] as const)(
    "are a trace of %s or an error with its place",
    (format) =>
      fc.assert(
        fc.asyncProperty(bytes, fc.constantFrom("", ".gz", ".zst"), async (content, ending) => {
          const path = file(`fuzz${ending}`, content);
          try {
            const trace = await readTrace(path, format);
            for (const word of trace.records) expect(word & SLOT_MASK).toBeLessThan(nrSlotsAll(trace.layout));
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
            expect((error as Error).message).toContain("fuzz");
          }
        }),
        { numRuns: 150 },
      ),
  );
});

test("a spec names the format, so cells replay such files", async () => {
  const path = file("s.csv", "1,a,1\n2,b,1\n");
  const trace = await openTrace({ recorded: path, pages: { format: "csv" } });
  expect([...trace.records]).toEqual([0, 1]);
});

test("an option of another format is refused, as is an unknown format", async () => {
  const path = file("o.csv", "1,a,1\n");
  await expect(readTrace(path, { format: "csv", filter: 3 })).rejects.toThrow(
    /^refused: filter 3 with format csv .*: it is for lackey$/,
  );
  await expect(readTrace(path, "frob" as "csv")).rejects.toThrow(
    /^unknown trace format: frob .*use one of rig, list/,
  );
});
