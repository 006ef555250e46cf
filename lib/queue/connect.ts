/*
 * One connection to Redis, checked before anything is queued. It survives a Redis that goes away: commands wait
 * until it is back, for as long as `outageMs`; then they fail.
 */
import type { Redis } from "ioredis";
import { inputError } from "../util/error.js";
import { parseRedisUrl, type RedisPlace } from "./redis-url.js";

/** Oldest server with the commands that BullMQ recommends. */
const MIN_VERSION: readonly [number, number] = [6, 2];
const CONNECT_MS = 5000;
/** No answer for so long: the network is gone, though nobody closed the connection. Above what blocking commands wait. */
const SILENCE_MS = 30_000;
/** Longest pause between two tries to reach a Redis that went away. */
const RETRY_MAX_MS = 2000;

/** What a queue needs from a connection. */
export interface Connection {
  readonly client: Redis;
  readonly place: RedisPlace;
  /** What the operator should know of this server; empty if all is well. */
  readonly warnings: readonly string[];
  /** Settles when Redis was away for longer than `outageMs`; the connection is then of no use. */
  readonly lost: Promise<Error>;
  close(): void;
}

/** How to connect. */
export interface ConnectOptions {
  /** `redis[s]://[[user]:password@]host[:port][/database]`. */
  readonly redis: string;
  /** Longest time that Redis may be away before the connection is given up, in milliseconds. Default: 10 minutes. */
  readonly outageMs?: number;
  /** Told when Redis goes away and when it is back. */
  readonly onNote?: (note: string) => void;
}

/**
 * Connect, and check that this Redis may hold a queue.
 * @throws InputError for a bad URL, a refused connection, a wrong password, a server older than 6.2, a replica,
 * or one that may evict keys.
 */
export async function connect({
  redis,
  outageMs = 600_000,
  onNote = () => {},
}: ConnectOptions): Promise<Connection> {
  const place = parseRedisUrl(redis);
  const { host, port, db, username, password, tls, shown } = place;
  const { Redis: Client } = await import("ioredis");
  let awaySince: number | undefined;
  let [ready, closed] = [false, false];
  const client = new Client({
    host,
    port,
    db,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    maxRetriesPerRequest: null,
    retryStrategy(times: number) {
      // Also asked by the connections that BullMQ makes of this one, which must end with it.
      if (closed || !ready || Date.now() - (awaySince ?? Date.now()) > outageMs) return null;
      return Math.min(50 * 2 ** Math.min(times, 10), RETRY_MAX_MS);
    },
  });
  let problem: Error | undefined;
  client.on("error", (error: Error) => {
    problem = error;
  });
  try {
    await client.connect();
    const warnings = await check(client, shown);
    ready = true;
    client.on("close", () => {
      if (closed) return;
      if (awaySince === undefined) onNote(`lost Redis at ${shown}; trying again`);
      awaySince ??= Date.now();
    });
    client.on("ready", () => {
      if (awaySince !== undefined)
        onNote(`Redis at ${shown} is back after ${Math.ceil((Date.now() - awaySince) / 1000)} s`);
      awaySince = undefined;
    });
    const lost = new Promise<Error>((settle) => {
      client.on("end", () => settle(new Error(`Redis at ${shown} was away for over ${outageMs / 1000} s`)));
    });
    const close = (): void => {
      closed = true;
      client.disconnect();
    };
    return { client, place, warnings, lost, close };
  } catch (error) {
    client.disconnect();
    throw explained(problem ?? (error as Error), error as Error, shown);
  }
}

/** Refuse a server that would lose or mix what is queued; say what is unwise. */
async function check(client: Redis, shown: string): Promise<string[]> {
  const info = parseInfo(await client.info());
  const version = info.get("redis_version") ?? "unknown";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (!(major > MIN_VERSION[0] || (major === MIN_VERSION[0] && minor >= MIN_VERSION[1]))) {
    inputError(`Redis too old: ${version} (${shown}); run version ${MIN_VERSION.join(".")} or later`);
  }
  const policy = info.get("maxmemory_policy") ?? "noeviction";
  if (policy !== "noeviction") {
    inputError(
      `Redis may evict queued cells: maxmemory-policy ${policy} (${shown}); set it to noeviction: ` +
        "redis-cli config set maxmemory-policy noeviction",
    );
  }
  if (info.get("role") === "slave") inputError(`Redis is a replica: ${shown}; give the URL of its master`);
  if (info.get("aof_enabled") === "0") {
    return [
      `Redis at ${shown} keeps no append-only file: if it restarts, results not yet taken are computed again; ` +
        "set appendonly yes",
    ];
  }
  return [];
}

/** The `name:value` lines of INFO. */
function parseInfo(text: string): Map<string, string> {
  const lines = text.split("\r\n").filter((line) => line.includes(":"));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]));
}

/** Why the first connection failed, for a user; other errors as they are. */
function explained(problem: Error, thrown: Error, shown: string): Error {
  if (thrown.name === "InputError") return thrown;
  const advice = adviceFor(problem);
  if (advice === undefined) return problem;
  try {
    return inputError(`no Redis at ${shown}: ${advice}`);
  } catch (error) {
    return error as Error;
  }
}

function adviceFor({ message, ...rest }: Error): string | undefined {
  const { code } = rest as NodeJS.ErrnoException;
  if (code === "ECONNREFUSED")
    return "connection refused; start redis-server there, or correct host and port";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "unknown host; correct the name";
  if (code === "ETIMEDOUT" || /ETIMEDOUT|timed? ?out/i.test(message))
    return `no answer in ${CONNECT_MS / 1000} s; is a firewall between, or does it listen on loopback only?`;
  if (code === "EHOSTUNREACH" || code === "ENETUNREACH") return "host cannot be reached; check the network";
  if (/NOAUTH/.test(message)) return "it asks for a password; give redis://:PASSWORD@HOST";
  if (/WRONGPASS|invalid password|invalid username/i.test(message))
    return "wrong user or password; correct the URL";
  if (/NOPERM/.test(message)) return "this user may not read INFO; give it the commands of @all";
  if (/DB index is out of range/.test(message)) return "no such database; use a smaller number";
  if (/protected mode/i.test(message)) return "it is in protected mode; set a password or bind an address";
  if (
    /Protocol error|RESP|EPROTO|SSL|Connection is closed|ECONNRESET|unexpected/i.test(message) ||
    code === "ECONNRESET"
  )
    return `what listens there does not speak Redis (${message})`;
  return undefined;
}
