/**
 * A file being written: buffered under a temporary name, then renamed into place whole, or removed.
 *
 * Call order: `createFsWriter`, `writeSync`…, then `commit` or `discard`; disposing discards what is neither.
 * Invariant: the final name never shows anything but a whole, committed file; a writer that ended holds neither a
 * descriptor nor a file.
 */
import { closeSync, fsync, open, openSync, writeSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { dataPlaneLimits } from '@gridmr/contracts';
import type { BlobPath, BlobWriter } from './blob-store.js';
import type { Place } from './confinement.js';
import { guarded, storageError } from './fs-errors.js';
import { inDirectory, temporaryName } from './temporary-file.js';

const openFd = promisify(open);
const syncFd = promisify(fsync);

/** Creates the temporary file, and its directory if need be. */
export async function createFsWriter(place: Place): Promise<BlobWriter> {
  const temporary = temporaryName(place);
  const fd = await guarded(place.path, 'written', () =>
    inDirectory(place.directory, () => openFd(temporary, 'wx', 0o666)),
  );
  return new FsWriter(place, temporary, fd);
}

class FsWriter implements BlobWriter {
  readonly path: BlobPath;
  readonly #place: Place;
  readonly #temporary: string;
  #fd: number | undefined;
  #buffer: Buffer | undefined;
  #buffered = 0;
  #bytesWritten = 0;

  constructor(place: Place, temporary: string, fd: number) {
    this.path = place.path;
    this.#place = place;
    this.#temporary = temporary;
    this.#fd = fd;
  }

  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  writeSync(bytes: Uint8Array): void {
    const fd = this.#open();
    try {
      this.#write(fd, bytes);
    } catch (error) {
      throw storageError(error, this.path, 'written');
    }
    this.#bytesWritten += bytes.length;
  }

  async commit(options?: { durable: boolean }): Promise<void> {
    const fd = this.#open();
    try {
      this.#flush(fd);
      if (options?.durable) await syncFd(fd);
      this.#close();
      await rename(this.#temporary, this.#place.target);
      if (options?.durable) await syncDirectory(this.#place.directory);
    } catch (error) {
      await this.discard();
      throw storageError(error, this.path, 'written');
    }
  }

  async discard(): Promise<void> {
    await guarded(this.path, 'removed', async () => {
      try {
        this.#close();
      } finally {
        await rm(this.#temporary, { force: true });
      }
    });
  }

  /** After a commit this does nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#fd !== undefined) await this.discard();
  }

  #open(): number {
    if (this.#fd === undefined) throw new Error(`the writer of ${this.path} was committed or discarded before`);
    return this.#fd;
  }

  #write(fd: number, bytes: Uint8Array): void {
    if (this.#buffered + bytes.length > dataPlaneLimits.writeBufferBytes) this.#flush(fd);
    if (bytes.length >= dataPlaneLimits.writeBufferBytes) {
      writeFully(fd, bytes);
      return;
    }
    this.#buffer ??= Buffer.allocUnsafe(dataPlaneLimits.writeBufferBytes);
    this.#buffer.set(bytes, this.#buffered);
    this.#buffered += bytes.length;
  }

  #flush(fd: number): void {
    if (this.#buffer !== undefined) writeFully(fd, this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
  }

  /** On NFS the last write errors come from here. */
  #close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    this.#buffer = undefined;
    if (fd !== undefined) closeSync(fd);
  }
}

/** A write may take fewer bytes than it was given. */
function writeFully(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}

/** Makes the rename itself survive a power cut. */
async function syncDirectory(directory: string): Promise<void> {
  const fd = openSync(directory, 'r');
  try {
    await syncFd(fd);
  } finally {
    closeSync(fd);
  }
}
