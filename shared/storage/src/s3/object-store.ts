/**
 * A blob store in a bucket of any store that speaks the protocol of Amazon S3.
 *
 * What it relies on: what was written is seen by everybody at once, an object appears whole, and of several writes with `If-None-Match: *` one
 * wins. What is not there: directories, links, renames. A directory is what keys have in common; a rename is a copy and a removal, between which both names
 * have the file; and a file that is replaced while it is read cannot be read on, which is then an error, never a mixture.
 */
import { Readable } from 'node:stream';
import { objectStoreLimits, randomToken, storageLimits, temporaryDirectory } from '@gridmr/contracts';
import type {
  BlobDownload,
  BlobPath,
  BlobReader,
  BlobStat,
  BlobStore,
  BlobUpload,
  BlobWriter,
  ByteRange,
  PageRequest,
} from '../blob-store.js';
import { canonicalPath } from '../confinement.js';
import { isHidden } from '../fs-walk.js';
import { globPaths } from '../glob-paths.js';
import { StorageError } from '../storage-error.js';
import { copyFirst, copyObject } from './copy-object.js';
import { dropObjects, moveObjects } from './move-directory.js';
import { parseObjectAddress } from './object-address.js';
import type { Answer, ObjectCalls, ObjectHead } from './object-calls.js';
import { openObjectDownload } from './object-download.js';
import { guardedObject, ObjectError } from './object-errors.js';
import { directoriesAbove, isOwnPath, ObjectNames } from './object-names.js';
import { objectPieces } from './object-pieces.js';
import { ObjectReader, type OpenReaders } from './object-reader.js';
import { ObjectUpload } from './object-upload.js';
import { namesIn, walkObjects } from './object-walk.js';
import { ObjectWriter } from './object-writer.js';
import { openCalls } from './open-calls.js';
import { removeObjects } from './remove-objects.js';
import { ThreadCalls } from './thread-calls.js';

export interface ObjectStoreOptions {
  readonly mayBlock: boolean;
  readonly patienceMs: number;
}

/**
 * Opens the store at `address`, see `object-address.ts`. A thread that may wait has all its calls made by another one, and need not load the SDK itself. Others start
 * that thread when they first read or write without awaiting.
 */
export async function openObjectStore(address: string, options: ObjectStoreOptions): Promise<BlobStore> {
  const { mayBlock, patienceMs } = options;
  let started: ThreadCalls | undefined;
  const thread = () => {
    started ??= new ThreadCalls(address, patienceMs);
    return started;
  };
  const calls = mayBlock ? thread().calls : await openCalls(address, patienceMs);
  await guardedObject('', 'read', () => calls.check(undefined));
  return new ObjectStore(new ObjectNames(parseObjectAddress(address).prefix), calls, thread);
}

class ObjectStore implements BlobStore {
  readonly #names: ObjectNames;
  readonly #calls: ObjectCalls;
  readonly #thread: () => ThreadCalls;
  readonly #readers: OpenReaders = { count: 0 };

  constructor(names: ObjectNames, calls: ObjectCalls, thread: () => ThreadCalls) {
    this.#names = names;
    this.#calls = calls;
    this.#thread = thread;
  }

  async stat(path: BlobPath): Promise<BlobStat | undefined> {
    const canonical = canonicalPath(path);
    const head = await this.#head(canonical);
    return head === undefined ? undefined : { path: canonical, bytes: head.bytes, modifiedMs: head.modifiedMs };
  }

  async *list(directory: BlobPath): AsyncGenerator<BlobStat> {
    let isEmpty = true;
    for await (const file of this.#walk(directory)) {
      isEmpty = false;
      yield file;
    }
    const file = isEmpty ? await this.stat(directory) : undefined;
    if (file !== undefined) yield file;
  }

  async *listPaths(directory: BlobPath): AsyncGenerator<BlobPath> {
    for await (const { path } of this.list(directory)) yield path;
  }

  async names(directory: BlobPath): Promise<string[]> {
    const names: string[] = [];
    for await (const { name } of namesIn(this.#calls, this.#names, directory)) if (!isHidden(name)) names.push(name);
    // A file and a directory of one name are one name.
    return [...new Set(names)];
  }

  async holdsFiles(directory: BlobPath): Promise<boolean> {
    if ((await this.stat(directory)) !== undefined) return true;
    for await (const _file of this.#walk(directory)) return true;
    return false;
  }

  async *glob(pattern: string): AsyncGenerator<BlobStat> {
    const files = new Map<BlobPath, BlobStat>();
    const paths = await globPaths(canonicalPath(pattern), async directory => {
      const entries = [];
      for await (const entry of namesIn(this.#calls, this.#names, directory)) {
        if (isHidden(entry.name)) continue;
        entries.push(entry);
        const { path, bytes, modifiedMs } = entry;
        if (!entry.isDirectory) files.set(path, { path, bytes, modifiedMs });
      }
      return entries;
    });
    for (const path of paths) {
      const file = files.get(path);
      if (file !== undefined) yield file;
    }
  }

  async page({
    prefix,
    after,
    limit,
    enters,
  }: PageRequest): Promise<{ files: BlobStat[]; next: BlobPath | undefined }> {
    canonicalPath(prefix);
    const files: BlobStat[] = [];
    const pageSize = Math.min(limit + 1, objectStoreLimits.keysPerPage);
    for await (const file of walkObjects(this.#calls, this.#names, { prefix, after, pageSize, enters })) {
      if (files.length === limit) return { files, next: files.at(-1)?.path };
      files.push(file);
    }
    return { files, next: undefined };
  }

  /** There are no links. */
  async realName(path: BlobPath): Promise<BlobPath> {
    return canonicalPath(path);
  }

  async read(path: BlobPath, maxBytes: number): Promise<Uint8Array> {
    const canonical = canonicalPath(path);
    const { bytes, total } = await this.#readOrFail(path, canonical, maxBytes);
    if (total <= maxBytes) return bytes;
    throw new StorageError('too_large', path, `${path} has ${total} bytes, more than the ${maxBytes} allowed here`);
  }

  async openReader(path: BlobPath): Promise<BlobReader> {
    const { key, head } = await this.#open(path);
    return new ObjectReader({ path, key, head }, this.#thread(), this.#readers);
  }

  readStream(path: BlobPath, range?: ByteRange): Readable {
    return Readable.from(this.#pieces(path, range), { objectMode: false });
  }

  async openDownload(path: BlobPath): Promise<BlobDownload> {
    return openObjectDownload(path, await this.#open(path), this.#calls);
  }

  async createUpload(path: BlobPath): Promise<BlobUpload> {
    const target = this.#names.target(path);
    await this.#refuseDirectory(target);
    if ((await this.#head(target)) !== undefined) throw taken(path);
    return new ObjectUpload(path, this.#names.key(target), this.#calls);
  }

  async createWriter(path: BlobPath, { late } = { late: false }): Promise<BlobWriter> {
    const target = this.#names.target(path);
    if (!late) await this.#refuseBelowFile(target);
    const refuseTaken = () => this.#refuseDirectory(target);
    const tools = { calls: this.#calls, thread: this.#thread };
    return new ObjectWriter({ path, key: this.#names.key(target), late, refuseTaken, ...tools });
  }

  async write(path: BlobPath, bytes: Uint8Array): Promise<void> {
    const target = this.#names.target(path);
    await this.#refuseDirectory(target);
    const object = { key: this.#names.key(target), bytes, token: newToken() };
    await guardedObject(path, 'written', () => this.#calls.put(object));
  }

  async commitOnce(path: BlobPath, bytes: Uint8Array): Promise<boolean> {
    const target = this.#names.target(path);
    await this.#refuseBelowFile(target);
    if (await this.#isDirectory(target)) return false;
    const object = { key: this.#names.key(target), bytes, token: newToken(), isFirst: true };
    return guardedObject(path, 'written', () => this.#calls.put(object));
  }

  async rename(from: BlobPath, to: BlobPath): Promise<void> {
    const target = this.#names.target(to);
    const { key, head } = await this.#open(this.#names.target(from));
    await this.#refuseDirectory(target);
    const copy = { from: key, head, to: this.#names.key(target) };
    if (copy.from === copy.to) return;
    await guardedObject(from, 'renamed', () => copyObject(this.#calls, copy));
    await guardedObject(from, 'removed', () => this.#calls.remove([key]));
  }

  async renameFirst(from: BlobPath, to: BlobPath): Promise<boolean> {
    const target = this.#names.target(to);
    const { key, head } = await this.#open(this.#names.target(from));
    await this.#refuseBelowFile(target);
    if (await this.#isDirectory(target)) return false;
    const copy = { from: key, head, to: this.#names.key(target) };
    const won = await guardedObject(from, 'renamed', () => copyFirst(this.#calls, copy));
    if (won) await guardedObject(from, 'removed', () => this.#calls.remove([key]));
    return won;
  }

  moveDirectory(from: BlobPath, to: BlobPath): Promise<boolean> {
    return moveObjects(this.#moving, this.#names.target(from), this.#names.target(to));
  }

  dropDirectory(directory: BlobPath): Promise<void> {
    return dropObjects(this.#moving, this.#names.target(directory));
  }

  async removeFile(path: BlobPath): Promise<boolean> {
    const target = this.#names.target(path);
    if ((await this.#head(target)) === undefined) {
      if (await this.#isDirectory(target)) throw notAFile(path);
      return false;
    }
    await guardedObject(path, 'removed', () => this.#calls.remove([this.#names.key(target)]));
    return true;
  }

  async remove(path: BlobPath): Promise<void> {
    const target = this.#names.target(path);
    const below = this.#names.below(target);
    await guardedObject(path, 'removed', () => removeObjects(this.#calls, this.#names.key(target), below));
  }

  async discard(path: BlobPath): Promise<void> {
    await this.remove(path);
    const key = this.#names.key(path);
    await guardedObject(path, 'removed', async () => {
      for (const upload of await this.#calls.listParts(key)) {
        if (upload.key === key) await this.#calls.abortParts(upload);
      }
    });
  }

  async checkWritable(): Promise<void> {
    const key = this.#names.key(`${temporaryDirectory}/.check.${newToken()}.tmp`);
    await guardedObject('', 'written', async () => {
      await this.#calls.put({ key, bytes: new Uint8Array(storageLimits.probeBytes), token: newToken() });
      await this.#calls.remove([key]);
    });
  }

  get #moving() {
    return { store: this, calls: this.#calls, names: this.#names };
  }

  async *#pieces(path: BlobPath, range?: ByteRange): AsyncGenerator<Uint8Array> {
    const { key, head } = await this.#open(path);
    const pieces = objectPieces(this.#calls, key, head, range ?? { start: 0, end: head.bytes });
    for (;;) {
      const { done, value } = await guardedObject(path, 'read', () => pieces.next());
      if (done) return;
      yield value;
    }
  }

  #walk(directory: BlobPath): AsyncGenerator<BlobStat> {
    const canonical = canonicalPath(directory);
    return walkObjects(this.#calls, this.#names, { prefix: canonical === '' ? '' : `${canonical}/` });
  }

  /** What is at `path`. Throws `not_found`, `not_a_file`. */
  async #open(path: BlobPath): Promise<{ key: string; head: ObjectHead }> {
    const canonical = canonicalPath(path);
    const head = await this.#head(canonical);
    if (head !== undefined) return { key: this.#names.key(canonical), head };
    if (await this.#isDirectory(canonical)) throw notAFile(path);
    throw missing(path);
  }

  async #readOrFail(path: BlobPath, canonical: BlobPath, bytesMax: number): Promise<Answer<'read'>> {
    try {
      if (canonical === '') throw notAFile(path);
      return await guardedObject(path, 'read', () => this.#calls.read({ key: this.#names.key(canonical), bytesMax }));
    } catch (error) {
      const isMissing = error instanceof StorageError && error.code === 'not_found';
      throw isMissing && (await this.#isDirectory(canonical)) ? notAFile(path) : error;
    }
  }

  async #head(canonical: BlobPath): Promise<ObjectHead | undefined> {
    const key = this.#names.key(canonical);
    if (canonical === '' || this.#names.isTooLong(canonical)) return undefined;
    return guardedObject(canonical, 'read', () => this.#calls.head(key));
  }

  async #isDirectory(canonical: BlobPath): Promise<boolean> {
    if (canonical === '') return true;
    if (isOwnPath(canonical)) return false;
    const request = { prefix: this.#names.below(canonical), limit: 1 };
    const { objects } = await guardedObject(canonical, 'read', () => this.#calls.list(request));
    return objects.length > 0;
  }

  /** A name cannot be a file and a directory, as in a file system. Two that make both at the same moment are not noticed. */
  async #refuseDirectory(target: BlobPath): Promise<void> {
    if (await this.#isDirectory(target)) throw notAFile(target);
    await this.#refuseBelowFile(target);
  }

  async #refuseBelowFile(target: BlobPath): Promise<void> {
    if (isOwnPath(target)) return;
    const above = await Promise.all(directoriesAbove(target).map(each => this.#head(each)));
    if (above.some(head => head !== undefined)) throw notAFile(target);
  }
}

function newToken(): string {
  return randomToken(storageLimits.temporaryTokenLength);
}

/** In the words of the file system's errors. */
function notAFile(path: BlobPath): StorageError {
  const subject = path === '' ? 'the data directory' : path;
  return new StorageError('not_a_file', path, `${subject} is a directory, or a parent of it is a file`);
}

function missing(path: BlobPath): StorageError {
  const cause = new ObjectError('missing', 'NoSuchKey', 'the store has no such key');
  return new StorageError('not_found', path, `${path} could not be read: it does not exist`, { cause });
}

function taken(path: BlobPath): StorageError {
  return new StorageError('not_a_file', path, `${path} is there already`);
}
