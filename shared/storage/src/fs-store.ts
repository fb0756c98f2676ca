/**
 * A blob store in a directory: local, or an NFS mount that many machines share.
 *
 * What it relies on is what NFS grants: link, exclusive create and rename are atomic; nothing is appended to and nothing
 * is locked. What it expects: attributes and missing names are cached for a while, so a file that another machine has
 * just committed may not be seen at once; and a handle goes stale when another machine replaces or removes its file.
 */
import { mkdir, open, readdir, realpath, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { randomToken, storageLimits } from '@gridmr/contracts';
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
} from './blob-store.js';
import { commitOnce, linkFirst } from './commit-once.js';
import { Confinement, canonicalPath } from './confinement.js';
import { blockingCalls, type FileCalls, pooledCalls } from './file-calls.js';
import { openFsDownload } from './fs-download.js';
import { guarded, unlessMissing } from './fs-errors.js';
import { globFiles } from './fs-glob.js';
import { pageOfFiles } from './fs-page.js';
import { openFsReader, readPieces, readWhole } from './fs-reader.js';
import { createFsUpload } from './fs-upload.js';
import { holdsFiles, isHidden, type WalkedDirectory, walkFiles } from './fs-walk.js';
import { createFsWriter } from './fs-writer.js';
import { StorageError } from './storage-error.js';
import { inDirectory, removeTemporaries } from './temporary-file.js';

export interface FsStoreOptions {
  /** For a thread that has nothing else to do: what every task needs is called for by that thread itself. */
  readonly mayBlock: boolean;
}

/** Opens the store in the directory `root` of this machine, which is created if it is missing. */
export async function openFsStore(
  root: string,
  { mayBlock }: FsStoreOptions = { mayBlock: false },
): Promise<BlobStore> {
  await guarded('', 'written', () => mkdir(root, { recursive: true }));
  const calls = mayBlock ? blockingCalls : pooledCalls;
  const real = await guarded('', 'read', () => realpath(root));
  return new FsStore(new Confinement(real, calls.realPath), calls);
}

interface FoundFile {
  readonly path: BlobPath;
  readonly real: string;
}

class FsStore implements BlobStore {
  readonly #confinement: Confinement;
  readonly #calls: FileCalls;

  constructor(confinement: Confinement, calls: FileCalls) {
    this.#confinement = confinement;
    this.#calls = calls;
  }

  async stat(path: BlobPath): Promise<BlobStat | undefined> {
    const real = await this.#find(path);
    return real === undefined ? undefined : statFile({ path: canonicalPath(path), real });
  }

  async *list(directory: BlobPath): AsyncGenerator<BlobStat> {
    yield* statAll(this.#files(directory));
  }

  async *listPaths(directory: BlobPath): AsyncGenerator<BlobPath> {
    for await (const file of this.#files(directory)) yield file.path;
  }

  async names(directory: BlobPath): Promise<string[]> {
    const real = await this.#find(directory);
    if (real === undefined) return [];
    const names = await guarded(directory, 'listed', () => unlessMissing([], () => readdir(real)));
    return names.filter(name => !isHidden(name));
  }

  async holdsFiles(directory: BlobPath): Promise<boolean> {
    if ((await this.stat(directory)) !== undefined) return true;
    const start = await this.#directory(directory);
    return start !== undefined && holdsFiles(this.#confinement, start);
  }

  async *glob(pattern: string): AsyncGenerator<BlobStat> {
    yield* statAll(await globFiles(this.#confinement, canonicalPath(pattern)));
  }

  async page(request: PageRequest): Promise<{ files: BlobStat[]; next: BlobPath | undefined }> {
    const directory = request.prefix.slice(0, request.prefix.lastIndexOf('/') + 1);
    const start = await this.#directory(directory);
    if (start === undefined) return { files: [], next: undefined };
    const paths = await pageOfFiles(start.real, { ...request, limit: request.limit + 1 });
    const shown = paths.slice(0, request.limit);
    const found = shown.map(path => ({ path, real: join(start.real, path.slice(directory.length)) }));
    const files: BlobStat[] = [];
    for await (const file of statAll(found)) files.push(file);
    return { files, next: paths.length > request.limit ? shown.at(-1) : undefined };
  }

  realName(path: BlobPath): Promise<BlobPath> {
    return this.#confinement.realName(path);
  }

  async read(path: BlobPath, maxBytes: number): Promise<Uint8Array> {
    return readWhole(await this.#confinement.resolve(path), path, maxBytes);
  }

  async openReader(path: BlobPath): Promise<BlobReader> {
    return openFsReader(await this.#confinement.resolve(path), path, this.#calls);
  }

  readStream(path: BlobPath, range?: ByteRange): Readable {
    return Readable.from(this.#pieces(path, range), { objectMode: false });
  }

  async openDownload(path: BlobPath): Promise<BlobDownload> {
    return openFsDownload(await this.#confinement.resolve(path), path);
  }

  async createUpload(path: BlobPath): Promise<BlobUpload> {
    return createFsUpload(await this.#confinement.place(path));
  }

  async createWriter(path: BlobPath, { late } = { late: false }): Promise<BlobWriter> {
    return createFsWriter(await this.#confinement.place(path), late);
  }

  async write(path: BlobPath, bytes: Uint8Array): Promise<void> {
    await using writer = await this.createWriter(path);
    writer.writeSync(bytes);
    await writer.commit();
  }

  async commitOnce(path: BlobPath, bytes: Uint8Array): Promise<boolean> {
    return commitOnce(await this.#confinement.place(path), bytes, this.#calls);
  }

  async rename(from: BlobPath, to: BlobPath): Promise<void> {
    const source = await this.#confinement.place(from);
    const place = await this.#confinement.place(to);
    await this.#confinement.resolve(from);
    await guarded(to, 'written', () => inDirectory(place.directory, () => rename(source.target, place.target)));
  }

  async renameFirst(from: BlobPath, to: BlobPath): Promise<boolean> {
    const source = await this.#confinement.place(from);
    const place = await this.#confinement.place(to);
    return guarded(to, 'written', async () => {
      const won = await inDirectory(place.directory, () => linkFirst(source.target, place.target, this.#calls));
      if (won) await this.#calls.remove(source.target);
      return won;
    });
  }

  async removeFile(path: BlobPath): Promise<boolean> {
    const { target } = await this.#confinement.place(path);
    return guarded(path, 'removed', () =>
      unlessMissing(false, async () => {
        await unlink(target);
        return true;
      }),
    );
  }

  async remove(path: BlobPath): Promise<void> {
    const { target } = await this.#confinement.place(path);
    const options = { recursive: true, force: true, maxRetries: storageLimits.removeRetriesMax };
    await guarded(path, 'removed', () => unlessMissing(undefined, () => rm(target, options)));
  }

  async discard(path: BlobPath): Promise<void> {
    const place = await this.#confinement.place(path);
    await this.remove(path);
    await guarded(path, 'removed', () => unlessMissing(undefined, () => removeTemporaries(place)));
  }

  async checkWritable(): Promise<void> {
    const probe = join(this.#confinement.root, `.check.${randomToken(storageLimits.temporaryTokenLength)}.tmp`);
    await guarded('', 'written', async () => {
      const handle = await open(probe, 'wx');
      await handle.close();
      await rm(probe);
    });
  }

  async *#pieces(path: BlobPath, range: ByteRange | undefined): AsyncGenerator<Uint8Array> {
    yield* readPieces(await this.#confinement.resolve(path), path, range);
  }

  async *#files(path: BlobPath): AsyncGenerator<FoundFile> {
    const directory = await this.#directory(path);
    if (directory !== undefined) {
      yield* walkFiles(this.#confinement, directory);
      return;
    }
    const real = await this.#find(path);
    if (real !== undefined) yield { path: canonicalPath(path), real };
  }

  async #directory(path: BlobPath): Promise<WalkedDirectory | undefined> {
    const real = await this.#find(path);
    if (real === undefined) return undefined;
    const status = await guarded(path, 'listed', () => unlessMissing(undefined, () => stat(real)));
    return status?.isDirectory() ? { path: canonicalPath(path), real, parent: undefined } : undefined;
  }

  async #find(path: BlobPath): Promise<string | undefined> {
    try {
      return await this.#confinement.resolve(path);
    } catch (error) {
      if (error instanceof StorageError && error.code === 'not_found') return undefined;
      throw error;
    }
  }
}

/** Undefined if it is not a file, or no longer. */
async function statFile(file: FoundFile): Promise<BlobStat | undefined> {
  const status = await guarded(file.path, 'read', () => unlessMissing(undefined, () => stat(file.real)));
  return status?.isFile() ? { path: file.path, bytes: status.size, modifiedMs: status.mtimeMs } : undefined;
}

/** Keeps the order, and asks for several files at once. */
async function* statAll(files: Iterable<FoundFile> | AsyncIterable<FoundFile>): AsyncGenerator<BlobStat> {
  let batch: FoundFile[] = [];
  for await (const file of files) {
    batch.push(file);
    if (batch.length < storageLimits.statsAtOnce) continue;
    yield* await statBatch(batch);
    batch = [];
  }
  yield* await statBatch(batch);
}

async function statBatch(files: FoundFile[]): Promise<BlobStat[]> {
  const stats = await Promise.all(files.map(statFile));
  return stats.filter(status => status !== undefined);
}
