/**
 * Errors of the file system in words for users. Messages name the path inside the store and never the machine's own
 * path; the error of the system, which does, is kept as the cause.
 */
import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { StorageError, type StorageErrorCode } from './storage-error.js';

/** The data directory itself is not there, or nothing is mounted in its place. */
export class DataDirectoryGoneError extends Error {
  constructor() {
    super('the data directory is gone; check that it is mounted');
    this.name = 'DataDirectoryGoneError';
  }
}

/** What was tried, as it stands in the message: "input/a.txt could not be read: …". */
export type Doing = 'read' | 'written' | 'renamed' | 'removed' | 'listed';

interface Meaning {
  readonly code: StorageErrorCode;
  readonly text: string;
}

const missing: Meaning = { code: 'not_found', text: 'it does not exist' };
const notAFile: Meaning = { code: 'not_a_file', text: 'it is a directory, or a parent of it is a file' };
const full: Meaning = { code: 'io_error', text: 'the storage is full; free some space' };
const forbidden: Meaning = { code: 'io_error', text: 'permission denied; check the owner of the data directory' };

const meanings: Readonly<Record<string, Meaning>> = {
  ENOENT: missing,
  ELOOP: missing,
  ENOTDIR: notAFile,
  EISDIR: notAFile,
  EEXIST: notAFile,
  ENOTEMPTY: notAFile,
  ENAMETOOLONG: { code: 'io_error', text: 'a name in it is too long for the file system' },
  ENOSPC: full,
  EDQUOT: full,
  EACCES: forbidden,
  EPERM: forbidden,
  EROFS: { code: 'io_error', text: 'the data directory is read-only' },
  EMFILE: { code: 'io_error', text: 'too many open files; raise the limit (ulimit -n)' },
  EIO: { code: 'io_error', text: 'the file system failed (EIO); check the disk or the file server' },
  ESTALE: { code: 'io_error', text: 'another machine replaced or removed it meanwhile (ESTALE); try again' },
};

/** Where nothing can be, as far as a reader is concerned. */
const missingCodes: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);

/** The name of a system error, `ENOENT`; undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('errno' in error) || typeof error.errno !== 'number') return undefined;
  // Node has no name for ESTALE and calls it "Unknown system error -116".
  if (error.errno === -constants.errno.ESTALE) return 'ESTALE';
  return getSystemErrorName(error.errno);
}

/** Whether the error says that nothing is there: no such name, a parent that is a file, links without end. */
export function saysMissing(error: unknown): boolean {
  return missingCodes.has(systemCode(error) ?? '');
}

/** Whatever was thrown, as a `StorageError` about `path`. */
export function storageError(error: unknown, path: string, doing: Doing): StorageError {
  if (error instanceof StorageError) return error;
  if (error instanceof DataDirectoryGoneError)
    return new StorageError('io_error', path, error.message, { cause: error });
  const name = systemCode(error);
  const isRead = doing === 'read' || doing === 'listed';
  const known = isRead && saysMissing(error) ? missing : meanings[name ?? ''];
  const meaning = known ?? { code: 'io_error', text: `the file system failed (${name ?? 'unknown error'})` };
  const subject = path === '' ? 'the data directory' : path;
  return new StorageError(meaning.code, path, `${subject} could not be ${doing}: ${meaning.text}`, { cause: error });
}

/** Runs one operation on `path`; what it throws becomes a `StorageError`. */
export async function guarded<Result>(path: string, doing: Doing, operation: () => Promise<Result>): Promise<Result> {
  try {
    return await operation();
  } catch (error) {
    throw storageError(error, path, doing);
  }
}
