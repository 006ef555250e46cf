/* Large things through Redis in chunks, and packed modules: whole and checked, or not at all. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { deflateSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { getBlob, putBlob, putBlobError } from "../../lib/queue/blobs.js";
import { packModule, unpackModule } from "../../lib/queue/module-pack.js";
import { sha256 } from "../../lib/study/hash.js";
import { endAll, tempFolder } from "./fixtures/hosts.js";
import { HAS_REDIS, startRedis, type TestRedis } from "./fixtures/redis.js";

afterEach(endAll);

describe.skipIf(!HAS_REDIS)("a blob", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.remove());

  it("of several chunks comes out as it went in, and all of it expires", async () => {
    const folder = tempFolder();
    const [from, to] = [join(folder, "from"), join(folder, "to")];
    const bytes = Buffer.concat([randomBytes(5 << 20), Buffer.alloc(5 << 20, "zeros compress well")]);
    writeFileSync(from, bytes);
    await putBlob(redis.client, "big", from);
    expect(await getBlob(redis.client, "big", to)).toBeUndefined();
    expect(readFileSync(to).equals(bytes)).toBe(true);
    const keys = await redis.client.keys("*");
    expect(keys.length).toBe(4); // three chunks and what names them
    for (const key of keys) expect(await redis.client.ttl(key)).toBeGreaterThan(0);
  });

  it("that is damaged, cut short or not to be had leaves no file, and says so", async () => {
    const folder = tempFolder();
    const [from, to] = [join(folder, "from"), join(folder, "to")];
    writeFileSync(from, "what it holds");
    const { client } = redis;
    await putBlob(client, "bad", from);
    await client.set("reclaim-lab:blob:bad:0", deflateSync("what it helds"));
    expect(await getBlob(client, "bad", to)).toBe("damaged in Redis");
    await client.del("reclaim-lab:blob:bad:0");
    expect(await getBlob(client, "bad", to)).toBe("expired while it was read");
    await client.set("reclaim-lab:blob:bad", '{"bytes":1e99,"chunks":1,"sha256":""}');
    expect(await getBlob(client, "bad", to)).toBe("damaged in Redis");
    await putBlobError(client, "bad", "no such trace");
    expect(await getBlob(client, "bad", to)).toBe("no such trace");
    expect(await getBlob(client, "none", to)).toBe("not in Redis");
    expect(existsSync(to)).toBe(false);
    expect(readdirSync(folder)).toEqual(["from"]);
  });
});

describe("a packed module", () => {
  it("runs elsewhere with the files that it imports, and is put right if somebody changed it there", async () => {
    const [here, there] = [tempFolder(), tempFolder()];
    writeFileSync(
      join(here, "mine.mjs"),
      'import { part } from "./part.mjs";\nexport const mine = part + 1;\n',
    );
    writeFileSync(join(here, "part.mjs"), "export const part = 41;\n");
    const packed = await packModule(pathToFileURL(join(here, "mine.mjs")).href);
    const path = await unpackModule(packed.text, packed, there);
    writeFileSync(join(path, "..", "part.mjs"), "export const part = 0;\n");
    expect(await unpackModule(packed.text, packed, there)).toBe(path);
    expect(((await import(pathToFileURL(path).href)) as { mine: number }).mine).toBe(42);
  });

  it("finds its parts again by a path that climbs above all of them", async () => {
    const folder = tempFolder();
    const [here, there] = [join(folder, "here"), join(folder, "there")];
    mkdirSync(join(here, "part"), { recursive: true });
    writeFileSync(join(here, "mine.mjs"), 'export { part as mine } from "../here/part/part.mjs";\n');
    writeFileSync(join(here, "part", "part.mjs"), "export const part = 42;\n");
    const packed = await packModule(pathToFileURL(join(here, "mine.mjs")).href);
    const path = await unpackModule(packed.text, packed, there);
    rmSync(here, { recursive: true });
    expect(((await import(pathToFileURL(path).href)) as { mine: number }).mine).toBe(42);
  });

  it("that is not what its name says, or names files outside of its folder, is refused", async () => {
    const folder = tempFolder();
    const pack = (files: object): string => JSON.stringify({ files, type: "module" });
    const text = pack({ "../outside.mjs": "" });
    await expect(unpackModule(text, { digest: sha256("other"), entry: "a" }, folder)).rejects.toThrow(
      "damaged",
    );
    const outside = unpackModule(text, { digest: sha256(text), entry: "a" }, folder);
    await expect(outside).rejects.toThrow("names a file outside of its pack: ../outside.mjs");
    const entry = unpackModule(pack({}), { digest: sha256(pack({})), entry: "/etc/passwd" }, folder);
    await expect(entry).rejects.toThrow("outside of its pack: /etc/passwd");
    expect(readdirSync(folder)).toEqual([]);
  });
});
