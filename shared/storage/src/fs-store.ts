/**
 * A blob store in a directory: local, or an NFS mount that many machines share.
 *
 * What it relies on is what NFS grants: link, exclusive create and rename are atomic; nothing is appended to and nothing
 * is locked. What it expects: attributes and missing names are cached for a while, so a file that another machine has
 * just committed may not be seen at once; and a handle goes stale when another machine replaces or removes its file.
 */
import { mkdir, readdir, realpath, rm, unlink, writeFile } from 'node:fs/promises';
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
  ReadOptions,
} from './blob-store.js';
import { commitOnce, linkFirst } from './commit-once.js';
import { Confinement, canonicalPath } from './confinement.js';
import { blockingCalls, type FileCalls, pooledCalls } from './file-calls.js';
import { openFsDownload } from './fs-download.js';
import { guarded } from './fs-errors.js';
import { globFiles } from './fs-glob.js';
import { pageOfFiles } from './fs-page.js';
import { openFsReader, readPieces, readWhole } from './fs-reader.js';
import { createFsUpload } from './fs-upload.js';
import { holdsFiles, isHidden, type WalkedDirectory, walkFiles } from './fs-walk.js';
import { createFsWriter } from './fs-writer.js';
import { dropDirectory, moveDirectory } from './move-directory.js';
import { Patience } from './patience.js';
import { renameFile } from './rename-file.js';
import { StorageError } from './storage-error.js';
import { StoreRoot } from './store-root.js';
import { inDirectory, makeDirectoryOf, removeTemporaries } from './temporary-file.js';
import { untilShown } from './until-shown.js';

export interface FsStoreOptions {
  /** For a thread that has nothing else to do: what every task needs is called for by that thread itself. */
  readonly mayBlock?: boolean;
  /** How long an operation is tried again that fails for now: see `patience.ts`. For who must answer soon; else `storageLimits.patienceMs`. */
  readonly patienceMs?: number;
}

/** Opens the store in the directory `root` of this machine, which is created if it is missing. */
export async function openFsStore(
  root: string,
  { mayBlock = false, patienceMs = storageLimits.patienceMs }: FsStoreOptions = {},
): Promise<BlobStore> {
  await guarded('', 'written', () => mkdir(root, { recursive: true }));
  const calls = mayBlock ? blockingCalls : pooledCalls;
  const patience = new Patience({ ms: patienceMs, mayBlock });
  const real = await guarded('', 'read', () => realpath(root));
  return new FsStore(new Confinement(new StoreRoot(real, calls), patience, calls), patience, calls);
}

interface FoundFile {
  readonly path: BlobPath;
  readonly real: string;
}

class FsStore implements BlobStore {
  readonly #confinement: Confinement;
  readonly #patience: Patience;
  readonly #calls: FileCalls;

  constructor(confinement: Confinement, patience: Patience, calls: FileCalls) {
    this.#confinement = confinement;
    this.#patience = patience;
    this.#calls = calls;
  }

  async stat(path: BlobPath): Promise<BlobStat | undefined> {
    const real = await this.#find(path);
    return real === undefined ? undefined : statFile(this.#confinement, { path: canonicalPath(path), real });
  }

  async *list(directory: BlobPath): AsyncGenerator<BlobStat> {
    yield* statAll(this.#confinement, this.#files(directory));
  }

  async *listPaths(directory: BlobPath): AsyncGenerator<BlobPath> {
    for await (const file of this.#files(directory)) yield file.path;
  }

  async names(directory: BlobPath): Promise<string[]> {
    const real = await this.#find(directory);
    if (real === undefined) return [];
    const names = await guarded(directory, 'listed', () => this.#confinement.look([], () => readdir(real)));
    return names.filter(name => !isHidden(name));
  }

  async holdsFiles(directory: BlobPath): Promise<boolean> {
    if ((await this.stat(directory)) !== undefined) return true;
    const start = await this.#directory(directory);
    return start !== undefined && holdsFiles(this.#confinement, start);
  }

  async *glob(pattern: string): AsyncGenerator<BlobStat> {
    yield* statAll(this.#confinement, await globFiles(this.#confinement, canonicalPath(pattern)));
  }

  async read(path: BlobPath, maxBytes: number, options?: ReadOptions): Promise<Uint8Array> {
    return this.#open(path, options, real => readWhole(real, path, maxBytes));
  }

  async page(request: PageRequest): Promise<{ files: BlobStat[]; next: BlobPath | undefined }> {
    const directory = request.prefix.slice(0, request.prefix.lastIndexOf('/') + 1);
    const start = await this.#directory(directory);
    if (start === undefined) return { files: [], next: undefined };
    const paths = await pageOfFiles(this.#confinement, start.real, { ...request, limit: request.limit + 1 });
    const shown = paths.slice(0, request.limit);
    const found = shown.map(path => ({ path, real: join(start.real, path.slice(directory.length)) }));
    const files: BlobStat[] = [];
    for await (const file of statAll(this.#confinement, found)) files.push(file);
    return { files, next: paths.length > request.limit ? shown.at(-1) : undefined };
  }

  realName(path: BlobPath): Promise<BlobPath> {
    return this.#confinement.realName(path);
  }

  async openReader(path: BlobPath, options?: ReadOptions): Promise<BlobReader> {
    return this.#open(path, options, real => openFsReader(real, path, this.#calls, this.#patience));
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
    return createFsWriter(await this.#confinement.place(path), late, this.#patience);
  }

  async write(path: BlobPath, bytes: Uint8Array, options?: { directory: 'new' }): Promise<void> {
    const place = await this.#confinement.place(path);
    if (options?.directory === 'new') await makeDirectoryOf(place);
    await this.#patience.run(async () => {
      await using writer = await createFsWriter(place, false, this.#patience);
      writer.writeSync(bytes);
      await writer.commit();
    });
  }

  async commitOnce(path: BlobPath, bytes: Uint8Array): Promise<boolean> {
    return commitOnce(await this.#confinement.place(path), bytes, this.#calls, this.#patience);
  }

  async rename(from: BlobPath, to: BlobPath): Promise<void> {
    const source = await this.#confinement.place(from);
    const place = await this.#confinement.place(to);
    await this.#confinement.resolve(from);
    await guarded(to, 'written', () => renameFile(source.target, place, this.#patience));
  }

  async renameFirst(from: BlobPath, to: BlobPath): Promise<boolean> {
    const source = await this.#confinement.place(from);
    const place = await this.#confinement.place(to);
    return guarded(to, 'written', async () => {
      const won = await inDirectory(place, () => linkFirst(source.target, place.target, this.#calls, this.#patience));
      if (won) await this.#calls.remove(source.target);
      return won;
    });
  }

  moveDirectory(from: BlobPath, to: BlobPath): Promise<boolean> {
    return moveDirectory(this, from, to);
  }

  dropDirectory(directory: BlobPath): Promise<void> {
    return dropDirectory(this, directory);
  }

  async removeFile(path: BlobPath): Promise<boolean> {
    const { target } = await this.#confinement.place(path);
    return guarded(path, 'removed', () =>
      this.#confinement.look(false, async () => {
        await unlink(target);
        return true;
      }),
    );
  }

  async remove(path: BlobPath): Promise<void> {
    const { target } = await this.#confinement.place(path);
    const options = { recursive: true, force: true, maxRetries: storageLimits.removeRetriesMax };
    await guarded(path, 'removed', () => this.#confinement.look(undefined, () => rm(target, options)));
  }

  async discard(path: BlobPath): Promise<void> {
    const place = await this.#confinement.place(path);
    await this.remove(path);
    await guarded(path, 'removed', () => this.#confinement.look(undefined, () => removeTemporaries(place)));
  }

  async checkWritable(): Promise<void> {
    const { root } = this.#confinement;
    const probe = join(root.path, `.check.${randomToken(storageLimits.temporaryTokenLength)}.tmp`);
    const tryToWrite = async () => {
      await root.check();
      try {
        // Of some length: on a full disk an empty file may still be made.
        await writeFile(probe, new Uint8Array(storageLimits.probeBytes));
      } finally {
        await this.#patience.run(() => rm(probe, { force: true }));
      }
    };
    await guarded('', 'written', () => this.#patience.run(tryToWrite));
  }

  async *#pieces(path: BlobPath, range: ByteRange | undefined): AsyncGenerator<Uint8Array> {
    yield* readPieces(await this.#confinement.resolve(path), path, this.#patience, range);
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
    const status = await guarded(path, 'listed', () => this.#confinement.status(real));
    return status?.isDirectory() ? { path: canonicalPath(path), real, parent: undefined } : undefined;
  }

  /** Opens what is at `path`. An awaited name is looked for until it shows: see `ReadOptions`. */
  async #open<Result>(
    path: BlobPath,
    options: ReadOptions | undefined,
    open: (real: string) => Promise<Result>,
  ): Promise<Result> {
    const tryToOpen = async () => {
      const real = await this.#confinement.resolve(path);
      return guarded(path, 'read', () => this.#confinement.find(() => open(real)));
    };
    if (!options?.isAwaited) return tryToOpen();
    return untilShown(tryToOpen, Math.min(storageLimits.unseenMs, this.#patience.ms));
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
async function statFile(confinement: Confinement, file: FoundFile): Promise<BlobStat | undefined> {
  const status = await guarded(file.path, 'read', () => confinement.status(file.real));
  return status?.isFile() ? { path: file.path, bytes: status.size, modifiedMs: status.mtimeMs } : undefined;
}

/** Keeps the order, and asks for several files at once. */
async function* statAll(
  confinement: Confinement,
  files: Iterable<FoundFile> | AsyncIterable<FoundFile>,
): AsyncGenerator<BlobStat> {
  let batch: FoundFile[] = [];
  for await (const file of files) {
    batch.push(file);
    if (batch.length < storageLimits.statsAtOnce) continue;
    yield* await statBatch(confinement, batch);
    batch = [];
  }
  yield* await statBatch(confinement, batch);
}

async function statBatch(confinement: Confinement, files: FoundFile[]): Promise<BlobStat[]> {
  const stats = await Promise.all(files.map(file => statFile(confinement, file)));
  return stats.filter(status => status !== undefined);
}
