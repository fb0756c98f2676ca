/** What is wrong with a key. All but `key_malformed` are faults of user code; that one is damage to stored bytes. */
export type KeyErrorCode = 'key_type' | 'key_not_finite' | 'key_too_deep' | 'key_too_large' | 'key_malformed';

/** A value that cannot be a key, or bytes that are not an encoded one. */
export class KeyError extends Error {
  readonly code: KeyErrorCode;

  constructor(code: KeyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KeyError';
    this.code = code;
  }
}
