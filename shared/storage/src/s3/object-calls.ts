/**
 * What an object store is asked. Each call has one argument and one answer of plain data, so that another thread can make it. Keys are whole keys of the
 * bucket. Fails with `ObjectError`.
 */
export interface ObjectHead {
  readonly bytes: number;
  readonly modifiedMs: number;
  /** Differs between any two contents that the key ever had. */
  readonly etag: string;
  /** What its writer named it with, see `put`. */
  readonly token: string | undefined;
}

export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

export interface ListRequest {
  readonly prefix: string;
  /** Keys behind this one only. Not with `delimited`. */
  readonly after?: string | undefined;
  /** Keys that have a `/` after the prefix come as the part up to it, once each. */
  readonly delimited?: boolean;
  readonly next?: string | undefined;
  readonly limit: number;
}

export interface ListPage {
  /** In the order of their UTF-8 bytes. */
  readonly objects: readonly ListedObject[];
  readonly prefixes: readonly string[];
  /** For the next page of the same request; undefined on the last one. */
  readonly next: string | undefined;
}

export interface PartPlace {
  readonly key: string;
  readonly uploadId: string;
  readonly number: number;
}

export interface ObjectCalls {
  /** Throws unless the bucket can be listed. */
  check(_: undefined): Promise<undefined>;
  /** Undefined if it is missing. */
  head(key: string): Promise<ObjectHead | undefined>;
  /** All of a small object, of one content, in one request: its first `bytesMax` bytes, and how many it has. Fails with `missing`. */
  read(object: { key: string; bytesMax: number }): Promise<{ readonly bytes: Uint8Array; readonly total: number }>;
  /** The bytes from `start` to before `end`, all of them, of the content that has this etag. */
  get(range: { key: string; start: number; end: number; etag?: string | undefined }): Promise<Uint8Array>;
  /**
   * Makes `bytes` the content, whole or not at all. With `isFirst` only if there is none yet; returns whether it is this one. `token` is new for each
   * content: by it, a writer whose answer was lost knows its own when it tries again.
   */
  put(object: { key: string; bytes: Uint8Array; token: string; isFirst?: boolean }): Promise<boolean>;
  /** Missing is fine. */
  remove(keys: readonly string[]): Promise<undefined>;
  list(request: ListRequest): Promise<ListPage>;
  /** Fails with `missing` if there is nothing to copy. */
  copy(keys: { from: string; to: string }): Promise<undefined>;

  /** Begins an object in parts; returns the id of the upload. */
  startParts(object: { key: string; token: string }): Promise<string>;
  /** Returns the etag of the part. */
  putPart(part: PartPlace & { bytes: Uint8Array }): Promise<string>;
  copyPart(part: PartPlace & { from: string; start: number; end: number }): Promise<string>;
  /** As `put`. `etags` of the parts in order. */
  finishParts(upload: {
    key: string;
    uploadId: string;
    token: string;
    etags: readonly string[];
    isFirst?: boolean;
  }): Promise<boolean>;
  /** Missing is fine. */
  abortParts(upload: { key: string; uploadId: string }): Promise<undefined>;
  /** Uploads in parts that were begun under keys with this prefix and not ended: the first thousand. Each death of a worker leaves a few, and a rule of the bucket removes the rest. */
  listParts(prefix: string): Promise<readonly { key: string; uploadId: string }[]>;
}

export type CallName = keyof ObjectCalls;
export type Argument<Name extends CallName> = Parameters<ObjectCalls[Name]>[0];
export type Answer<Name extends CallName> = Awaited<ReturnType<ObjectCalls[Name]>>;

export const callNames = [
  'check',
  'head',
  'read',
  'get',
  'put',
  'remove',
  'list',
  'copy',
  'startParts',
  'putPart',
  'copyPart',
  'finishParts',
  'abortParts',
  'listParts',
] as const satisfies readonly CallName[];
