/**
 * PostgreSQL, for several API processes. Every call ends within a bound (`historyLimits`): finding a connection, the
 * statement by the server's clock, its answer by ours. When the server is away calls fail with
 * `HistoryUnavailableError`; connections that broke are thrown away, so that it recovers by itself.
 */
import { historyLimits } from '@gridmr/contracts';
import {
  type Dialect,
  type PostgresCursor,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
} from 'kysely';
import { DatabaseError, Pool, type PoolClient, types } from 'pg';
import { HistoryUnavailableError } from './errors.js';

/** Throws `TypeError` for what is no address. Connects with the first query. */
export function postgresDialect(url: string): Dialect {
  const { host, pathname, searchParams } = new URL(url);
  const name = `postgres://${host || (searchParams.get('host') ?? '')}${pathname}`;
  const pool = new Pool({
    connectionString: url,
    application_name: 'gridmr',
    max: historyLimits.connectionsMax,
    connectionTimeoutMillis: historyLimits.connectMs,
    statement_timeout: historyLimits.statementMs,
    query_timeout: historyLimits.answerMs,
    keepAlive: true,
    types: {
      getTypeParser: (oid, format) => (oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format)),
    },
  });
  // An idle connection that breaks has left the pool already; the next call makes another, or says that it cannot.
  pool.on('error', () => undefined);
  return new PostgresDialect({ pool: new GuardedPool(pool, name) });
}

/** The pool as kysely sees it, with outages in our words. */
class GuardedPool implements PostgresPool {
  readonly #pool: Pool;
  readonly #name: string;

  constructor(pool: Pool, name: string) {
    this.#pool = pool;
    this.#name = name;
  }

  async connect(): Promise<PostgresPoolClient> {
    try {
      return new GuardedClient(await this.#pool.connect(), this.#name);
    } catch (cause) {
      throw new HistoryUnavailableError(this.#name, cause);
    }
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}

/** A connection for one transaction. Once it has broken, it fails at once, and does not go back into the pool. */
class GuardedClient implements PostgresPoolClient {
  readonly #client: PoolClient;
  readonly #name: string;
  #broken: HistoryUnavailableError | undefined;

  constructor(client: PoolClient, name: string) {
    this.#client = client;
    this.#name = name;
    // A connection in use that breaks says so twice: to its query, and here, where nobody listening would end the process.
    client.on('error', this.#onError);
  }

  readonly #onError = (cause: Error): void => {
    this.#broken ??= new HistoryUnavailableError(this.#name, cause);
  };

  query<Row>(sql: string, parameters: ReadonlyArray<unknown>): Promise<PostgresQueryResult<Row>>;
  query<Row>(cursor: PostgresCursor<Row>): PostgresCursor<Row>;
  query<Row>(
    sql: string | PostgresCursor<Row>,
    parameters: ReadonlyArray<unknown> = [],
  ): Promise<PostgresQueryResult<Row>> | PostgresCursor<Row> {
    if (typeof sql !== 'string') throw new TypeError('Rows are read by pages here, not by a cursor of the server.');
    return this.#ask<Row>(sql, parameters);
  }

  async #ask<Row>(sql: string, parameters: ReadonlyArray<unknown>): Promise<PostgresQueryResult<Row>> {
    if (this.#broken !== undefined) throw this.#broken;
    try {
      // pg types the command as any text, kysely as one of five.
      return (await this.#client.query(sql, [...parameters])) as PostgresQueryResult<never>;
    } catch (cause) {
      throw this.#judge(cause);
    }
  }

  release(): void {
    this.#client.off('error', this.#onError);
    this.#client.release(this.#broken);
  }

  /** What did not come from the server as an error of ours is an outage, and so are its own classes of outage. */
  #judge(cause: unknown): unknown {
    const code = cause instanceof DatabaseError ? (cause.code ?? '') : undefined;
    if (code !== undefined && !outageClasses.some(start => code.startsWith(start))) return cause;
    const outage = new HistoryUnavailableError(this.#name, cause);
    if (code !== statementCancelled) this.#broken ??= outage;
    return outage;
  }
}

/** SQLSTATE of a statement that met `statement_timeout`: the connection is as good as before. */
const statementCancelled = '57014';

/** Classes of SQLSTATE: connection, resources, intervention of an operator, its disk; and a server that became a standby. */
const outageClasses = ['08', '53', '57', '58', '25006'];
