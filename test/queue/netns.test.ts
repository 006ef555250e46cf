/*
 * Network namespaces stand for hosts: a worker in one reaches Redis over its cable (a veth pair) only, and the cable
 * can be pulled.
 *
 *   namespace A: worker --veth-- 10.x.0.1, 10.x.1.1: this host with redis-server --veth-- namespace B: worker
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { cellsOf, endAll, logged, runQueued, startWorker, tempFolder } from "./fixtures/hosts.js";
import { HAS_REDIS, startRedis, type TestRedis, until } from "./fixtures/redis.js";

function ip(...args: string[]): string {
  const { status, stderr } = spawnSync("ip", args, { encoding: "utf8" });
  return status === 0 ? "" : (stderr ?? "no ip command").trim() || `exit ${status}`;
}

/** A free /16 for this process, so that two runs at a time do not meet. */
const NET = `10.${200 + (process.pid % 50)}`;
const nameOf = (host: number): string => `rl${process.pid}h${host}`;
const cableOf = (host: number): string => `rl${process.pid}v${host}`;

/** Make a namespace with a cable to this host; what went wrong, or nothing. */
function makeHost(host: number): string {
  const [name, cable] = [nameOf(host), cableOf(host)];
  const steps = [
    ["netns", "add", name],
    ["link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name],
    ["addr", "add", `${NET}.${host}.1/24`, "dev", cable],
    ["link", "set", cable, "up"],
    ["-n", name, "addr", "add", `${NET}.${host}.2/24`, "dev", "eth0"],
    ["-n", name, "link", "set", "eth0", "up"],
    ["-n", name, "link", "set", "lo", "up"],
  ];
  for (const step of steps) {
    const problem = ip(...step);
    if (problem !== "") return `ip ${step.join(" ")}: ${problem}`;
  }
  return "";
}

function removeHost(host: number): void {
  ip("link", "del", cableOf(host));
  ip("netns", "del", nameOf(host));
}

const problem = HAS_REDIS ? makeHost(0) || makeHost(1) : "no redis-server";
if (problem !== "") {
  console.log(`skipped: workers in network namespaces: ${problem}`);
  for (const host of [0, 1]) removeHost(host);
}

describe.skipIf(problem !== "")("workers on other hosts", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis("--bind", "127.0.0.1", `${NET}.0.1`, `${NET}.1.1`, "--protected-mode", "no");
  });
  afterEach(endAll);
  afterAll(async () => {
    for (const host of [0, 1]) removeHost(host);
    await redis.remove();
    expect(spawnSync("ip", ["netns", "list"], { encoding: "utf8" }).stdout).not.toContain(`rl${process.pid}`);
  });

  const inside = (host: number): string[] => ["ip", "netns", "exec", nameOf(host)];

  it("reach Redis over their cable; one whose cable is pulled loses its cell to the other, and its late result is dropped", async () => {
    const folder = tempFolder();
    const [log, go] = [join(folder, "log"), join(folder, "go")];
    const alone = startWorker({ redis: redis.url }, inside(0));
    await alone.ended;
    expect(alone.out()).toContain("connection refused"); // its loopback is another one
    const first = startWorker({ redis: `redis://${NET}.0.1:${redis.port}` }, inside(0));
    const cells = await cellsOf({ a: { policy: "sum", set: { log, until: go } } }, 1);
    const study = runQueued(cells, { redis: redis.url });
    await until("the cell has begun", () => logged(log, "begin").length === 1);
    expect(ip("link", "set", cableOf(0), "down")).toBe("");
    startWorker({ redis: `redis://${NET}.1.1:${redis.port}` }, inside(1));
    await until("it has begun on the other host", () => logged(log, "begin").length === 2);
    writeFileSync(go, "");
    expect((await study).failed).toBe(0);
    expect(ip("link", "set", cableOf(0), "up")).toBe("");
    await until("the late result is dropped", () => first.out().includes("a result was dropped"), 40_000);
  });
});
