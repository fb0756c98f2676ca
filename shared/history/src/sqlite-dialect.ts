/**
 * The embedded database: one file, one process, one connection (kysely's SQLite driver lets one transaction in at a
 * time), through libsql, which is prebuilt for npm and has the interface of better-sqlite3.
 */

import { historyLimits } from '@gridmr/contracts';
import { type Dialect, SqliteAdapter, SqliteDialect } from 'kysely';
import Database from 'libsql';
import { HistoryUnavailableError } from './errors.js';
import { holdExclusively } from './exclusive-file.js';

/** With a write-ahead log, NORMAL loses the last commits in a power cut, never in a crash: `SqlHistory` asks for more where it matters. */
const settings = ['journal_mode = WAL', 'synchronous = NORMAL'];

/** Opens the file, or makes it. Throws `HistoryInUseError` if another process has it. */
export async function openSqliteDialect(file: string): Promise<Dialect> {
  const lock = await holdExclusively(file);
  try {
    const database = new Database(file);
    for (const setting of settings) database.exec(`pragma ${setting}`);
    return new AtomicSqliteDialect({ database: new OwnedDatabase(database, lock, file) });
  } catch (cause) {
    lock[Symbol.dispose]();
    throw new HistoryUnavailableError(file, cause);
  }
}

/** SQLite can make and undo tables in a transaction, which kysely does not make use of: a migration is done whole or not. */
class AtomicSqliteDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new AtomicSqliteAdapter();
  }
}

class AtomicSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

interface PreparedStatement {
  readonly reader: boolean;
  all(parameters: ReadonlyArray<unknown>): unknown[];
  run(parameters: ReadonlyArray<unknown>): Database.RunResult;
  iterate(parameters: ReadonlyArray<unknown>): IterableIterator<unknown>;
}

/** The part of libsql that kysely uses, with errors of the disk in our words; it owns the lock. Short statements stay prepared. */
class OwnedDatabase {
  readonly #database: Database.Database;
  readonly #lock: Disposable;
  readonly #file: string;
  readonly #statements = new Map<string, PreparedStatement>();

  constructor(database: Database.Database, lock: Disposable, file: string) {
    this.#database = database;
    this.#lock = lock;
    this.#file = file;
  }

  prepare(sql: string): PreparedStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#prepare(sql);
    // The long ones write many rows at once, and are seldom of the same number.
    if (sql.length > historyLimits.preparedLengthMax) return statement;
    if (this.#statements.size >= historyLimits.preparedMax) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }

  #prepare(sql: string): PreparedStatement {
    const statement = this.#guard(() => this.#database.prepare<[ReadonlyArray<unknown>]>(sql));
    return {
      reader: statement.reader,
      all: (parameters: ReadonlyArray<unknown>) => this.#guard(() => statement.all(parameters)),
      run: (parameters: ReadonlyArray<unknown>) => this.#guard(() => statement.run(parameters)),
      iterate: (parameters: ReadonlyArray<unknown>) => this.#guard(() => statement.iterate(parameters)),
    };
  }

  close(): void {
    this.#database.close();
    this.#lock[Symbol.dispose]();
  }

  #guard<Result>(run: () => Result): Result {
    try {
      return run();
    } catch (cause) {
      if (isFaultOfDisk(cause)) throw new HistoryUnavailableError(this.#file, cause);
      throw cause;
    }
  }
}

const diskFaults = ['BUSY', 'CANTOPEN', 'CORRUPT', 'FULL', 'IOERR', 'NOTADB', 'READONLY'].map(name => `SQLITE_${name}`);

function isFaultOfDisk(error: unknown): boolean {
  return error instanceof Database.SqliteError && diskFaults.some(code => error.code.startsWith(code));
}
