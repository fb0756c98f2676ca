/** Reading files: at a position, whole, and as a stream. Each holds one descriptor, from open to close. */
import { close, closeSync, constants, fstat, fstatSync, openSync, read, readSync, type Stats } from 'node:fs';
import { type FileHandle, open as openHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { storageLimits } from '@gridmr/contracts';
import type { BlobPath, BlobReader, ByteRange } from './blob-store.js';
import { type FileCalls, pooledCalls } from './file-calls.js';
import { guarded, storageError } from './fs-errors.js';
import type { Patience } from './patience.js';
import { StorageError } from './storage-error.js';

/** Opening must not wait for the other end of a named pipe, which is then refused as not being a file. */
const readFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Descriptors instead of `FileHandle`s: reading thousands of small files takes less than half of the processor. */
const pooled = { status: promisify(fstat), read: promisify(read), close: promisify(close) };

/** Opens the file at the real path `real`, which is called `path` in the store. Throws the error of the system. */
export async function openFsReader(
  real: string,
  path: BlobPath,
  calls: FileCalls,
  patience: Patience,
): Promise<BlobReader> {
  const fd = await calls.open(real, readFlags);
  try {
    return new FsReader({ real, path, bytes: sizeOf(fstatSync(fd), path), patience }, fd);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

interface OpenFile {
  readonly real: string;
  readonly path: BlobPath;
  readonly bytes: number;
  readonly patience: Patience;
}

class FsReader implements BlobReader {
  readonly path: BlobPath;
  readonly bytes: number;
  readonly #file: OpenFile;
  #fd: number | undefined;
  #isOpen = true;

  constructor(file: OpenFile, fd: number) {
    this.path = file.path;
    this.bytes = file.bytes;
    this.#file = file;
    this.#fd = fd;
  }

  readSync(target: Uint8Array, position: number): number {
    if (!this.#isOpen) throw new Error(`the reader of ${this.path} was closed before`);
    try {
      return this.#file.patience.runSync(() => this.#read(target, position));
    } catch (error) {
      throw storageError(error, this.path, 'read');
    }
  }

  [Symbol.dispose](): void {
    this.#isOpen = false;
    this.#close();
  }

  /** A handle that failed once (ESTALE) may fail for ever: the next try opens the file again. */
  #read(target: Uint8Array, position: number): number {
    this.#fd ??= this.#openAgain();
    try {
      return readFully(this.#fd, target, position);
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  #openAgain(): number {
    const { real, path, bytes } = this.#file;
    const fd = openSync(real, readFlags);
    if (fstatSync(fd).size === bytes) return fd;
    closeSync(fd);
    throw new StorageError('damaged', path, `${path} was changed while it was read`);
  }

  #close(): void {
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

/** A whole small file. Throws the error of the system. */
export async function readWhole(real: string, path: BlobPath, maxBytes: number): Promise<Uint8Array> {
  const fd = await pooledCalls.open(real, readFlags);
  try {
    const bytes = sizeOf(await pooled.status(fd), path);
    if (bytes > maxBytes) {
      throw new StorageError('too_large', path, `${path} has ${bytes} bytes, more than the ${maxBytes} allowed here`);
    }
    const target = new Uint8Array(bytes);
    let done = 0;
    while (done < bytes) {
      const { bytesRead } = await pooled.read(fd, target, done, bytes - done, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return target.subarray(0, done);
  } finally {
    await pooled.close(fd);
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
export async function* readPieces(
  real: string,
  path: BlobPath,
  patience: Patience,
  range?: ByteRange,
): AsyncGenerator<Uint8Array> {
  const handle = await guarded(path, 'read', () => patience.run(() => openHandle(real, readFlags)));
  try {
    const size = await guarded(path, 'read', () => patience.run(async () => sizeOf(await handle.stat(), path)));
    const end = Math.min(range?.end ?? size, size);
    let position = range?.start ?? 0;
    while (position < end) {
      const target = Buffer.allocUnsafe(Math.min(storageLimits.streamPieceBytes, end - position));
      const read = () => handle.read(target, 0, target.length, position);
      const { bytesRead } = await guarded(path, 'read', () => patience.run(read));
      if (bytesRead === 0) return;
      position += bytesRead;
      yield target.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

function sizeOf(status: Stats, path: BlobPath): number {
  if (!status.isFile()) throw notAFile(path);
  return status.size;
}

function notAFile(path: BlobPath): StorageError {
  return new StorageError('not_a_file', path, `${path === '' ? 'the data directory' : path} is not a file`);
}
