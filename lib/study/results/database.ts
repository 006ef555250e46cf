import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";

/*
 * DuckDB in memory, on one thread: what it writes has the same bytes each time. It is loaded at the first use,
 * because a study without a results folder needs none. BIGINT comes as BigInt; queries cast what they return.
 */

/** A value of a query's parameter: a text, a number, or a list of texts. */
export type Parameter = string | number | readonly string[];

export interface Database {
  run(sql: string, parameters?: Readonly<Record<string, Parameter>>): Promise<void>;
  /** Rows as objects; the names of the columns are those of T. */
  rows<T extends object>(sql: string, parameters?: Readonly<Record<string, Parameter>>): Promise<T[]>;
  /** Append rows of texts, numbers (DOUBLE) and nulls to a table. */
  append(table: string, rows: Iterable<readonly (string | number | null)[]>): Promise<void>;
  close(): void;
}

/** Open a database that lives in memory. Give it back with `close`. */
export async function openDatabase(): Promise<Database> {
  const duckdb = await import("@duckdb/node-api");
  const instance = await duckdb.DuckDBInstance.create(":memory:", {
    threads: "1",
    autoinstall_known_extensions: "false",
  });
  const connection: DuckDBConnection = await instance.connect();
  const bind = (parameters: Readonly<Record<string, Parameter>> = {}): Record<string, DuckDBValue> =>
    Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [
        name,
        typeof value === "string" || typeof value === "number" ? value : duckdb.listValue([...value]),
      ]),
    );
  return {
    async run(sql, parameters) {
      await connection.run(sql, bind(parameters));
    },
    async rows<T>(sql: string, parameters?: Readonly<Record<string, Parameter>>) {
      return (await connection.runAndReadAll(sql, bind(parameters))).getRowObjectsJS() as T[];
    },
    async append(table, rows) {
      const appender = await connection.createAppender(table);
      for (const row of rows) {
        for (const value of row) {
          if (value === null) appender.appendNull();
          else if (typeof value === "number") appender.appendDouble(value);
          else appender.appendVarchar(value);
        }
        appender.endRow();
      }
      appender.closeSync();
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** A text as an SQL literal; for places where no parameter may stand. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
