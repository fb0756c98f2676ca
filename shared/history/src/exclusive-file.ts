/**
 * Keeps a second process away from the SQLite file: an exclusive transaction on `<file>.lock`, an empty database beside
 * it, open for as long as the owner lives. The lock is the kernel's (`fcntl`), so it ends with the process, however
 * that dies.
 *
 * Why not `locking_mode = EXCLUSIVE` on the file itself: libsql finalizes prepared statements only when the garbage
 * collector finds them, and SQLite keeps a closed connection's locks until then, so a process could not open its own
 * file a second time. This connection never prepares anything, and closing it lets go at once.
 */
import { historyLimits } from '@gridmr/contracts';
import Database from 'libsql';
import { HistoryInUseError } from './errors.js';

/** Throws `HistoryInUseError` if `file` is still held after `fileLockWaitMs`. */
export async function holdExclusively(file: string): Promise<Disposable> {
  const deadline = performance.now() + historyLimits.fileLockWaitMs;
  for (;;) {
    try {
      return tryToHold(file);
    } catch (cause) {
      if (!isBusy(cause)) throw cause;
      if (performance.now() >= deadline) throw new HistoryInUseError(file, { cause });
    }
    await new Promise(resolve => setTimeout(resolve, historyLimits.fileLockRetryMs));
  }
}

function tryToHold(file: string): Disposable {
  const lock = new Database(`${file}.lock`);
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    throw error;
  }
  return { [Symbol.dispose]: () => lock.close() };
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
