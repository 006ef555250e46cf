/* `reclaim-lab study --redis` and `reclaim-lab worker` as users run them, on a Redis with a password. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { main } from "../../lib/cli/main.js";
import { endAll, startCli, tempFolder } from "./fixtures/hosts.js";
import { HAS_REDIS, startRedis, type TestRedis, until } from "./fixtures/redis.js";

describe("options of a queue", () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([
    [["study", "x.json", "--slots", "4"], "refused: --slots 4 without --redis"],
    [
      ["study", "x.json", "--redis", "redis://h", "--slots", "0"],
      "invalid --slots: 0; give a whole number from 1 to 10000",
    ],
    [
      ["study", "x.json", "--redis", "env"],
      "no Redis: --redis env; set the variable RECLAIM_LAB_REDIS to its URL",
    ],
    [["worker"], "missing option: --redis; give for instance --redis redis://HOST, or see --help"],
    [["worker", "--redis", "x://me:secret@h"], "bad Redis URL: x://***@h (scheme x:)"],
    [["worker", "--redis", "redis://h", "--concurrency", "0"], "invalid --concurrency: 0"],
    [["worker", "--redis", "redis://h", "--lease", "x"], "invalid --lease: x; give a number from 1 to 86400"],
  ])("are refused if they are bad: %j", async (args, message) => {
    vi.stubEnv("RECLAIM_LAB_REDIS", "");
    const told = vi.spyOn(console, "error").mockImplementation(() => {});
    expect(await main(args)).toBe(2);
    expect(told.mock.calls.flat().join("\n")).toContain(message);
    vi.unstubAllEnvs();
  });
});

describe.skipIf(!HAS_REDIS)("a study on a queue", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis("--requirepass", "secret");
    vi.stubEnv("RECLAIM_LAB_REDIS", redis.url.replace("//", "//:secret@"));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await redis.remove();
  });
  afterEach(endAll);

  it("writes the same table as without one, byte for byte; Ctrl-C ends it with 130", async () => {
    const folder = tempFolder();
    const spec = join(folder, "small.json");
    const point = { LRU: "lru", MGLRU: "mglru", none: { policy: "lru", set: { nonsense: 1 } } };
    writeFileSync(spec, JSON.stringify({ name: "small", trace: ["copytar"], memory: [0.3], point }));
    const study = (name: string, ...args: string[]) =>
      startCli(
        "study",
        spec,
        "--results",
        join(folder, name),
        "--out",
        join(folder, `${name}-table`),
        ...args,
      );
    const queued = study("queued", "--redis", "env");
    await until("it says that no worker is there", () =>
      queued.out().includes("3 cells wait for a worker with code"),
    );
    queued.child.kill("SIGINT");
    await queued.ended;
    expect(queued.child.exitCode).toBe(130);
    const again = study("queued", "--redis", "env");
    const worker = startCli("worker", "--concurrency", "2", "--cache", tempFolder(), "--json");
    const local = study("local");
    await Promise.all([again.ended, local.ended]);
    expect([again.child.exitCode, local.child.exitCode]).toEqual([3, 3]); // one cell is refused
    for (const ending of [".csv", ".parquet"]) {
      const [a, b] = ["queued", "local"].map((name) => readFileSync(join(folder, `${name}-table${ending}`)));
      expect(a!.equals(b!)).toBe(true);
    }
    expect(again.out()).toContain("3 computed, 0 from earlier runs, 1 failed");
    worker.child.kill("SIGTERM");
    await worker.ended;
    expect(worker.child.exitCode).toBe(0);
    expect(JSON.parse(worker.out().trim().split("\n").at(-1)!)).toMatchObject({
      done: 3,
      failed: 1,
      dropped: 0,
    });
    expect(`${queued.out()}${again.out()}${worker.out()}`).not.toContain("secret");
  });
});
