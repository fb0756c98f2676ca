/** Reading files: at a position, whole, and as a stream. Each holds one descriptor, from open to close. */
import { closeSync, constants, fstatSync, readSync, type Stats } from 'node:fs';
import { type FileHandle, open as openHandle } from 'node:fs/promises';
import { storageLimits } from '@gridmr/contracts';
import type { BlobPath, BlobReader, ByteRange } from './blob-store.js';
import { type FileCalls, pooledCalls } from './file-calls.js';
import { guarded, storageError, systemCode } from './fs-errors.js';
import { StorageError } from './storage-error.js';

/** Opening must not wait for the other end of a named pipe, which is then refused as not being a file. */
const readFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Opens the file at the real path `real`, which is called `path` in the store. */
export async function openFsReader(real: string, path: BlobPath, calls: FileCalls = pooledCalls): Promise<BlobReader> {
  const fd = await guarded(path, 'read', async () => calls.open(real, readFlags));
  try {
    const status = fstatSync(fd);
    if (!status.isFile()) throw notAFile(path);
    return new FsReader(path, fd, status.size);
  } catch (error) {
    closeSync(fd);
    throw storageError(error, path, 'read');
  }
}

class FsReader implements BlobReader {
  readonly path: BlobPath;
  readonly bytes: number;
  #fd: number | undefined;

  constructor(path: BlobPath, fd: number, bytes: number) {
    this.path = path;
    this.bytes = bytes;
    this.#fd = fd;
  }

  readSync(target: Uint8Array, position: number): number {
    if (this.#fd === undefined) throw new Error(`the reader of ${this.path} was closed before`);
    try {
      return readFully(this.#fd, target, position);
    } catch (error) {
      throw storageError(error, this.path, 'read');
    }
  }

  [Symbol.dispose](): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) closeSync(fd);
  }
}

/** A read may give fewer bytes than were asked for before the end of the file; only 0 is the end. */
function readFully(fd: number, target: Uint8Array, position: number): number {
  let done = 0;
  while (done < target.length) {
    const bytes = readSync(fd, target, done, target.length - done, position + done);
    if (bytes === 0) break;
    done += bytes;
  }
  return done;
}

/** A whole small file. If another machine replaces it while it is read, the new one is read instead. */
export async function readWhole(real: string, path: BlobPath, maxBytes: number): Promise<Uint8Array> {
  return guarded(path, 'read', () => againIfStale(() => readOnce(real, path, maxBytes)));
}

/** Runs `read` once more if the server of the file system says that the open file was replaced. */
export async function againIfStale<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (systemCode(error) !== 'ESTALE') throw error;
    return read();
  }
}

async function readOnce(real: string, path: BlobPath, maxBytes: number): Promise<Uint8Array> {
  const handle = await openHandle(real, readFlags);
  try {
    const bytes = await sizeOf(handle, path);
    if (bytes > maxBytes) {
      throw new StorageError('too_large', path, `${path} has ${bytes} bytes, more than the ${maxBytes} allowed here`);
    }
    const target = new Uint8Array(bytes);
    let done = 0;
    while (done < bytes) {
      const { bytesRead } = await handle.read(target, done, bytes - done, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return target.subarray(0, done);
  } finally {
    await handle.close();
  }
}

/** Opens what must be a file. Whoever asked closes it. */
export async function openFile(real: string, path: BlobPath): Promise<{ handle: FileHandle; status: Stats }> {
  const handle = await guarded(path, 'read', () => openHandle(real, readFlags));
  try {
    const status = await guarded(path, 'read', () => handle.stat());
    if (!status.isFile()) throw notAFile(path);
    return { handle, status };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The bytes of a range, or of the whole file, piece by piece. Closes the file when the consumer stops. */
export async function* readPieces(real: string, path: BlobPath, range?: ByteRange): AsyncGenerator<Uint8Array> {
  const handle = await guarded(path, 'read', () => openHandle(real, readFlags));
  try {
    const size = await guarded(path, 'read', () => sizeOf(handle, path));
    const end = Math.min(range?.end ?? size, size);
    let position = range?.start ?? 0;
    while (position < end) {
      const target = Buffer.allocUnsafe(Math.min(storageLimits.streamPieceBytes, end - position));
      const { bytesRead } = await guarded(path, 'read', () => handle.read(target, 0, target.length, position));
      if (bytesRead === 0) return;
      position += bytesRead;
      yield target.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function sizeOf(handle: FileHandle, path: BlobPath): Promise<number> {
  const status = await handle.stat();
  if (!status.isFile()) throw notAFile(path);
  return status.size;
}

function notAFile(path: BlobPath): StorageError {
  return new StorageError('not_a_file', path, `${path === '' ? 'the data directory' : path} is not a file`);
}
