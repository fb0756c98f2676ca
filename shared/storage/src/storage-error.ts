/** Why the shared directory did not do what it was asked. */
export type StorageErrorCode =
  | 'not_found'
  /** The path leads out of the store, by its text or through a link. */
  | 'outside'
  | 'too_large'
  /** More files than a job may have. */
  | 'too_many'
  | 'not_a_file'
  /** One of GridMR's own files does not hold what it should. */
  | 'damaged'
  | 'io_error';

/** `path` is relative to the store's root, so the message may be shown to users; the cause may not. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;
  readonly path: string;

  constructor(code: StorageErrorCode, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
    this.path = path;
  }
}

/** For the reader of a file of ours who takes a damaged one for none. Throws any other error. */
export function nothingIfDamaged(error: unknown): undefined {
  if (!(error instanceof StorageError) || error.code !== 'damaged') throw error;
}
