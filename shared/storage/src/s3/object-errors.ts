/** What object stores refuse, in kinds that decide what to do, and in words for users. */
import type { Doing } from '../fs-errors.js';
import { StorageError, type StorageErrorCode } from '../storage-error.js';

export type ObjectFault =
  | 'missing'
  /** The content is another one by now, or the key has one already. */
  | 'precondition'
  /** The upload in parts was ended or aborted. */
  | 'no_upload'
  /** May be over in a moment. */
  | 'passing'
  | 'forbidden'
  | 'no_credentials'
  | 'no_bucket'
  | 'elsewhere'
  | 'other';

export class ObjectError extends Error {
  readonly fault: ObjectFault;
  /** As the store or the system calls it: `NoSuchKey`, `SlowDown`, `ECONNREFUSED`. */
  readonly code: string;

  constructor(fault: ObjectFault, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ObjectError';
    this.fault = fault;
    this.code = code;
  }
}

const texts: Readonly<Record<ObjectFault, (code: string) => string>> = {
  missing: () => 'it does not exist',
  precondition: () => 'somebody else replaced or removed it meanwhile; try again',
  no_upload: () => 'what was sent of it was removed before it was whole; try again',
  passing: code => `the object store does not answer as it should (${code}); check it and the way to it`,
  forbidden: code =>
    `permission denied by the object store (${code}); check the credentials and what they may do with the bucket`,
  no_credentials: () =>
    'there are no credentials for the object store; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role',
  no_bucket: () => 'the bucket does not exist; check GRIDMR_DATA_DIR and GRIDMR_S3_ENDPOINT',
  elsewhere: code => `the bucket is in another region (${code}); set GRIDMR_S3_REGION`,
  other: code => `the object store refused (${code})`,
};

/** Whatever was thrown, as a `StorageError` about `path`. */
function objectStorageError(error: unknown, path: string, doing: Doing): StorageError {
  if (error instanceof StorageError) return error;
  const { fault, code } =
    error instanceof ObjectError ? error : ({ fault: 'other', code: 'unexpected error' } as const);
  const kind: StorageErrorCode = fault === 'missing' ? 'not_found' : 'io_error';
  const subject = path === '' ? 'the data directory' : path;
  return new StorageError(kind, path, `${subject} could not be ${doing}: ${texts[fault](code)}`, { cause: error });
}

/** Runs one operation on `path`; what it throws becomes a `StorageError`. */
export async function guardedObject<Result>(
  path: string,
  doing: Doing,
  operation: () => Promise<Result>,
): Promise<Result> {
  try {
    return await operation();
  } catch (error) {
    throw objectStorageError(error, path, doing);
  }
}

/** The same for calls that cannot be awaited. */
export function guardedObjectSync<Result>(path: string, doing: Doing, operation: () => Result): Result {
  try {
    return operation();
  } catch (error) {
    throw objectStorageError(error, path, doing);
  }
}
