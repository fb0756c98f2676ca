/** What calls have in common. */

/** Every call takes a signal that ends it, with the signal's own reason. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface PageQuery {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}
