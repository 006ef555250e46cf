import { inputError } from "../util/error.js";

/** Where a Redis is, read from its URL. */
export interface RedisPlace {
  readonly host: string;
  readonly port: number;
  /** Number of the database. */
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  /** True for rediss: the connection is encrypted. */
  readonly tls: boolean;
  /** The URL without user and password, for messages. */
  readonly shown: string;
}

const SHAPE = "redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE], or rediss:// for TLS";

/**
 * Read a Redis URL. What is wrong with it is told without its user and password.
 * @throws InputError for anything but `redis[s]://[[user]:password@]host[:port][/database]`.
 */
export function parseRedisUrl(text: string): RedisPlace {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return inputError(`bad Redis URL: ${masked(text)}; give ${SHAPE}`);
  }
  const bad = (what: string): never => inputError(`bad Redis URL: ${masked(text)} (${what}); give ${SHAPE}`);
  if (url.protocol !== "redis:" && url.protocol !== "rediss:") bad(`scheme ${url.protocol}`);
  if (url.hostname === "") bad("no host");
  if (url.search !== "" || url.hash !== "") bad("it takes no ? and no #");
  const db = url.pathname.replace(/^\//, "") || "0";
  if (!/^\d{1,5}$/.test(db)) bad(`database ${db}`);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = url.port === "" ? 6379 : Number(url.port);
  if (port === 0) bad("port 0");
  const [username, password] = [decode(url.username, bad), decode(url.password, bad)];
  return {
    host,
    port,
    db: Number(db),
    ...(username !== "" && { username }),
    ...(password !== "" && { password }),
    tls: url.protocol === "rediss:",
    shown: `${url.protocol}//${url.hostname}:${port}/${Number(db)}`,
  };
}

/** The text with everything between the scheme and the last "@" left out. */
function masked(text: string): string {
  const at = text.lastIndexOf("@");
  if (at < 0) return text;
  const scheme = /^[a-z]+:\/\//i.exec(text)?.[0] ?? "";
  return `${scheme}***${text.slice(at)}`;
}

function decode(part: string, bad: (what: string) => never): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return bad("user or password has a % that is no escape");
  }
}
