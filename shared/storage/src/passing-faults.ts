/** Which errors of the file system may be over in a moment. */
import { DataDirectoryGoneError, systemCode } from './fs-errors.js';
import { ObjectError } from './s3/object-errors.js';
import { StorageError } from './storage-error.js';

const passingCodes: ReadonlySet<string> = new Set([
  'EAGAIN',
  'EBUSY',
  'EDQUOT',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EINTR',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOSPC',
  'ENOTCONN',
  'ESTALE',
  'ETIMEDOUT',
]);

/** Whether the same operation may succeed in a moment. */
export function isPassing(error: unknown): boolean {
  if (error instanceof StorageError) return error.code === 'io_error' && isPassing(error.cause);
  if (error instanceof ObjectError) return error.fault === 'passing';
  return error instanceof DataDirectoryGoneError || passingCodes.has(systemCode(error) ?? '');
}
