/** Files of the data directory. */
import { fileSchema, headers, type Page, pageSchema, routes, type StoredFile } from '@gridmr/contracts';
import { allItems } from './all-items.js';
import type { CallOptions, PageQuery } from './call-options.js';
import { anything, type Content, type Transport } from './transport.js';

const filePageSchema = pageSchema(fileSchema, 'FilePage');

export interface UploadOptions extends CallOptions {
  /** Fails with `file_exists` instead of replacing a file. */
  readonly onlyNew?: boolean | undefined;
  /** SHA-256 of the content, in base64: what arrives is compared with it. */
  readonly sha256?: string | undefined;
}

export interface DownloadOptions extends CallOptions {
  /** Bytes from `start` up to and without `end`. */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

export interface FileQuery extends PageQuery {
  /** Only files whose path begins so. */
  readonly prefix?: string | undefined;
}

export class FileCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The file appears whole or not at all. It has no deadline but the signal. */
  upload(path: string, content: Content, { onlyNew, sha256, signal }: UploadOptions = {}): Promise<StoredFile> {
    return this.#transport.json(routes.file(encodedPath(path)), fileSchema, {
      method: 'PUT',
      content,
      headers: {
        ...(onlyNew === true ? { 'if-none-match': '*' } : {}),
        ...(sha256 === undefined ? {} : { [headers.contentDigest]: `sha-256=:${sha256}:` }),
      },
      signal,
    });
  }

  /** As it comes, never held in memory whole. */
  download(path: string, { start, end, signal }: DownloadOptions = {}): Promise<ReadableStream<Uint8Array>> {
    const isPart = start !== undefined || end !== undefined;
    const range = `bytes=${start ?? 0}-${end === undefined ? '' : end - 1}`;
    const accept = { accept: '*/*', ...(isPart ? { range } : {}) };
    return this.#transport.stream(routes.file(encodedPath(path)), { headers: accept, signal });
  }

  /** In the order of their paths. A page may have fewer items than its limit, or none, and not be the last. */
  list(query: FileQuery = {}, { signal }: CallOptions = {}): Promise<Page<StoredFile>> {
    return this.#transport.json(routes.files, filePageSchema, { query: { ...query }, signal });
  }

  /** All files that match, page after page. */
  all(query: FileQuery = {}, options: CallOptions = {}): AsyncGenerator<StoredFile, void, undefined> {
    return allItems(cursor => this.list({ ...query, cursor }, options), query.cursor);
  }

  async delete(path: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#transport.json(routes.file(encodedPath(path)), anything, { method: 'DELETE', signal });
  }
}

function encodedPath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
