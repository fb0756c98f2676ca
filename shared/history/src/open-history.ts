/** Opening the job records: PostgreSQL where an address is given, else an SQLite file in the data directory. */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { reservedDirectory } from '@gridmr/contracts';
import { type Dialect, Kysely } from 'kysely';
import type { History, JobChange } from './history.js';
import { migrate } from './migrate.js';
import { postgresDialect } from './postgres-dialect.js';
import type { Tables } from './schema.js';
import { SqlHistory } from './sql-history.js';
import { openSqliteDialect } from './sqlite-dialect.js';

export interface HistoryAddress {
  /** `postgres://…`; absent: `<dataDirectory>/.gridmr/history.sqlite`. */
  readonly url?: string | undefined;
  readonly dataDirectory: string;
  /** Told what each call has changed, once that is stored. Must not throw. */
  readonly onChange?: ((change: JobChange) => void) | undefined;
}

/**
 * Opens the history and brings its tables up to date. Whoever opens it disposes it.
 *
 * Throws `HistoryInUseError` if another process has the SQLite file, `HistoryUnavailableError` if the database does not
 * answer, `TypeError` for an address of another kind.
 */
export async function openHistory({ url, dataDirectory, onChange }: HistoryAddress): Promise<History> {
  const kind = url === undefined ? 'sqlite' : 'postgres';
  const dialect = url === undefined ? await openFile(dataDirectory) : openServer(url);
  const db = new Kysely<Tables>({ dialect });
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return new SqlHistory(db, kind, onChange);
}

async function openFile(dataDirectory: string): Promise<Dialect> {
  const file = join(dataDirectory, reservedDirectory, 'history.sqlite');
  await mkdir(dirname(file), { recursive: true });
  return await openSqliteDialect(file);
}

function openServer(url: string): Dialect {
  if (!/^postgres(?:ql)?:\/\//.test(url)) {
    throw new TypeError('The address of the job records must begin with postgres://; leave it out for an SQLite file.');
  }
  return postgresDialect(url);
}
