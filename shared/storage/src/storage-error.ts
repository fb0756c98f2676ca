/** Why the shared directory did not do what it was asked. */
export type StorageErrorCode = 'not_found' | 'outside' | 'too_large' | 'not_a_file' | 'io_error';

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
