/** What a small object store holds, in memory: objects, and uploads in parts that were begun. */
import { createHash, randomUUID } from 'node:crypto';

export interface StoredObject {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly modified: Date;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface PartsUpload {
  readonly key: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly parts: Map<number, Buffer>;
}

export interface KeysRequest {
  readonly prefix: string;
  readonly after: string;
  readonly delimiter: string;
  readonly limit: number;
}

/** An answer of the store that is no success: `NoSuchKey`, 404. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number) {
    super(code);
    this.code = code;
    this.status = status;
  }
}

const smallestPartBytes = 5 * 1024 * 1024;

export class ObjectBucket {
  readonly uploads = new Map<string, PartsUpload>();
  readonly #objects = new Map<string, StoredObject>();
  /** In the order of their UTF-8 bytes; undefined after a change. */
  #sorted: string[] | undefined;

  find(key: string): StoredObject {
    const object = this.#objects.get(key);
    if (object === undefined) throw new Refusal('NoSuchKey', 404);
    return object;
  }

  put(key: string, bytes: Buffer, metadata: StoredObject['metadata'], isFirst: boolean): StoredObject {
    return this.#store(key, bytes, metadata, digestOf(bytes), isFirst);
  }

  remove(key: string): void {
    if (this.#objects.delete(key)) this.#sorted = undefined;
  }

  start(key: string, metadata: StoredObject['metadata']): string {
    const id = randomUUID();
    this.uploads.set(id, { key, metadata, parts: new Map() });
    return id;
  }

  upload(id: string): PartsUpload {
    const upload = this.uploads.get(id);
    if (upload === undefined) throw new Refusal('NoSuchUpload', 404);
    return upload;
  }

  finish(id: string, numbers: readonly number[], isFirst: boolean): StoredObject {
    const { key, metadata, parts } = this.upload(id);
    const bytes = numbers.map(number => {
      const part = parts.get(number);
      if (part === undefined) throw new Refusal('InvalidPart', 400);
      return part;
    });
    if (bytes.slice(0, -1).some(part => part.length < smallestPartBytes)) throw new Refusal('EntityTooSmall', 400);
    const digests = bytes.map(part => createHash('md5').update(part).digest());
    const etag = `"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-${numbers.length}"`;
    const object = this.#store(key, Buffer.concat(bytes), metadata, etag, isFirst);
    this.uploads.delete(id);
    return object;
  }

  /** Keys, or what they have in common up to the delimiter, each once. `isCut` if there are more. */
  keys({ prefix, after, delimiter, limit }: KeysRequest): { items: string[]; isCut: boolean } {
    const sorted = this.#keys();
    const items: string[] = [];
    for (let at = firstIndex(sorted, prefix); at < sorted.length; at++) {
      const key = sorted[at] ?? '';
      if (!key.startsWith(prefix)) break;
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      const item = end === -1 ? key : key.slice(0, end + 1);
      if (compareBytes(item, after) <= 0 || item === items.at(-1)) continue;
      if (items.length === limit) return { items, isCut: true };
      items.push(item);
    }
    return { items, isCut: false };
  }

  #store(key: string, bytes: Buffer, metadata: StoredObject['metadata'], etag: string, isFirst: boolean): StoredObject {
    const before = this.#objects.get(key);
    if (isFirst && before !== undefined) throw new Refusal('PreconditionFailed', 412);
    if (before === undefined) this.#sorted = undefined;
    // As S3 shows it: to the second.
    const modified = new Date(Math.floor(Date.now() / 1000) * 1000);
    const object = { bytes, etag, modified, metadata };
    this.#objects.set(key, object);
    return object;
  }

  #keys(): string[] {
    this.#sorted ??= [...this.#objects.keys()].sort(compareBytes);
    return this.#sorted;
  }
}

function digestOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Of the first key that is not before `prefix`. */
function firstIndex(sorted: readonly string[], prefix: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareBytes(sorted[middle] ?? '', prefix) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
