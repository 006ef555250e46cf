/* What is refused before anything is queued, and how it is said. */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { connect } from "../../lib/queue/connect.js";
import { parseRedisUrl } from "../../lib/queue/redis-url.js";
import { runWorker } from "../../lib/queue/worker.js";
import { freePort, HAS_REDIS, startRedis, type TestRedis } from "./fixtures/redis.js";

describe("the URL of a Redis", () => {
  it("is read in full, and shown without user and password", () => {
    expect(parseRedisUrl("rediss://me:p%40ss@host.example:7000/3")).toEqual({
      host: "host.example",
      port: 7000,
      db: 3,
      username: "me",
      password: "p@ss",
      tls: true,
      shown: "rediss://host.example:7000/3",
    });
    expect(parseRedisUrl("redis://[::1]")).toMatchObject({ host: "::1", port: 6379, db: 0, tls: false });
  });

  it.each([
    ["nonsense", "bad Redis URL: nonsense; give redis://"],
    ["http://host", "bad Redis URL: http://host (scheme http:)"],
    ["redis://", "bad Redis URL: redis://"],
    ["redis://host/x", "bad Redis URL: redis://host/x (database x)"],
    ["redis://host:99999", "bad Redis URL: redis://host:99999"],
    ["redis://host?a=1", "bad Redis URL: redis://host?a=1 (it takes no ?"],
    ["redis://:%zz@host", "bad Redis URL: redis://***@host (user or password"],
    ["http://me:secret@host", "bad Redis URL: http://***@host (scheme http:)"],
    ["redis://me:sec@ret@host/x", "bad Redis URL: redis://***@host/x (database x)"],
    ["me:secret@host", "bad Redis URL: ***@host"],
  ])("is refused if it is bad: %s", (url, message) => {
    expect(() => parseRedisUrl(url)).toThrow(message);
    expect(() => parseRedisUrl(url)).not.toThrow(/sec/);
  });
});

describe("a server that is none, or the wrong one", () => {
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  /** A server that answers INFO with these lines, or anything with a text. */
  async function fake(answer: string | Record<string, string>): Promise<string> {
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on("data", (data) => {
        if (typeof answer === "string") return socket.write(answer);
        const info = Object.entries(answer).map(([name, value]) => `${name}:${value}\r\n`);
        const bulk = `$${info.join("").length}\r\n${info.join("")}\r\n`;
        for (const command of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g))
          socket.write(/info/i.test(command[1]!) ? bulk : "+OK\r\n");
      });
      socket.on("error", () => undefined);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    servers.push(server);
    return `redis://me:secret@127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  const good = { redis_version: "7.0.15", role: "master", maxmemory_policy: "noeviction", aof_enabled: "1" };
  it.each<[string, string | Record<string, string>, string]>([
    ["too old", { ...good, redis_version: "6.0.16" }, "Redis too old: 6.0.16 (redis://127.0.0.1:"],
    ["of no version", { role: "master" }, "Redis too old: unknown"],
    [
      "one that evicts",
      { ...good, maxmemory_policy: "allkeys-lru" },
      "maxmemory-policy allkeys-lru (redis://127.",
    ],
    ["a replica", { ...good, role: "slave" }, "Redis is a replica: redis://127.0.0.1:"],
    ["no Redis at all", "HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak Redis"],
  ])("is refused: %s", async (_, answer, message) => {
    const error = await connect({ redis: await fake(answer) }).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: "InputError", message: expect.stringContaining(message) });
    expect((error as Error).message).not.toContain("secret");
  });

  it("is refused: nobody listens; no such host", async () => {
    const refused = connect({ redis: `redis://me:secret@127.0.0.1:${await freePort()}` });
    await expect(refused).rejects.toThrow(
      /^no Redis at redis:\/\/127\.0\.0\.1:\d+\/0: connection refused; start/,
    );
    await expect(connect({ redis: "redis://nowhere.invalid" })).rejects.toThrow(/unknown host|no answer/);
  });

  it("without an append-only file is used, with a warning", async () => {
    const connection = await connect({ redis: await fake({ ...good, aof_enabled: "0" }) });
    expect(connection.warnings[0]).toContain("keeps no append-only file");
    connection.close();
  });
});

describe.skipIf(!HAS_REDIS)("a real server", () => {
  let redis: TestRedis | undefined;
  afterEach(() => redis?.remove());

  it("with a password: without it, or with a wrong one, the worker says what to do and not the password", async () => {
    redis = await startRedis("--requirepass", "secret");
    const { port } = redis;
    const work = (redis: string) => runWorker({ redis, concurrency: 1 });
    await expect(work(`redis://127.0.0.1:${port}`)).rejects.toThrow(/it asks for a password; give redis:/);
    const wrong = await work(`redis://:wrongsecret@127.0.0.1:${port}`).catch((error: Error) => error);
    expect((wrong as Error).message).toMatch(
      /^no Redis at redis:\S+: wrong user or password; correct the URL$/,
    );
    const notes: string[] = [];
    const options = { redis: `redis://:secret@127.0.0.1:${port}`, concurrency: 1, idleMs: 1 };
    await runWorker({ ...options, onNote: (note) => notes.push(note) });
    expect(notes[0]).toMatch(
      /^worker \S+, code [0-9a-f]{12}: up to 1 cells at a time from redis:\/\/127\.0\.0\.1/,
    );
    expect(notes.join("\n")).not.toContain("secret");
  });

  it("that stays away ends a worker with an error", async () => {
    redis = await startRedis();
    const notes: string[] = [];
    const options = { redis: redis.url, concurrency: 1, outageMs: 300 };
    const worker = runWorker({ ...options, onNote: (note) => notes.push(note) });
    const ended = expect(worker).rejects.toThrow(/^Redis at \S+ was away for over 0.3 s$/);
    await new Promise((done) => setTimeout(done, 500));
    await redis.kill();
    await ended;
    expect(notes.at(-1)).toMatch(/^lost Redis at/);
  });
});
