/**
 * Keeps a second process away from the SQLite file: an exclusive transaction on `<file>.lock`, an empty database beside
 * it, open for as long as the owner lives. The lock is the kernel's (`fcntl`), so it ends with the process, however
 * that dies.
 *
 * Why not `locking_mode = EXCLUSIVE` on the file itself: with libsql 0.5.29 a process that had prepared statements could
 * not open its own file again after `close` (SQLITE_BUSY), presumably since libsql finalizes statements only when they
 * are garbage collected. This connection prepares nothing, and closing it was seen to let go at once.
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
