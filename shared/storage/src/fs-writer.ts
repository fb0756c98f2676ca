/**
 * A file being written: buffered under a temporary name, then renamed into place whole, or removed. One that is made late stays in memory
 * until its buffer is full, so that what is small may go elsewhere without ever having been a file.
 *
 * Call order: `createFsWriter`, `writeSync`…, then `commit` or `discard`; disposing discards what is neither.
 * Invariant: the final name never shows anything but a whole, committed file; a writer that ended holds neither a
 * descriptor nor a file.
 */
import { closeSync, fsync, open, openSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { dataPlaneLimits } from '@gridmr/contracts';
import type { BlobPath, BlobWriter } from './blob-store.js';
import type { Place } from './confinement.js';
import { guarded, storageError } from './fs-errors.js';
import type { Patience } from './patience.js';
import { renameFile } from './rename-file.js';
import { inDirectory, inDirectorySync, mustHaveDirectory, temporaryName } from './temporary-file.js';

const openFd = (path: string) => promisify(open)(path, newFile, newFileMode);
const syncFd = (fd: number) => promisify(fsync)(fd);
const newFile = 'wx';
const newFileMode = 0o666;
/** A buffer begins with this and doubles: most files of the platform are small. */
const firstBufferBytes = 4096;

/** Creates the temporary file, and its directory if need be; or, `late`, leaves that until there is something to write to it. */
export async function createFsWriter(place: Place, late: boolean, patience: Patience): Promise<BlobWriter> {
  if (late) return new FsWriter(place, patience, temporaryName(place), undefined);
  await guarded(place.path, 'written', () => patience.run(() => mustHaveDirectory(place)));
  const { temporary, fd } = await guarded(place.path, 'written', () =>
    patience.run(async () => {
      const name = temporaryName(place);
      return { temporary: name, fd: await inDirectory(place, () => openFd(name)) };
    }),
  );
  return new FsWriter(place, patience, temporary, fd);
}

class FsWriter implements BlobWriter {
  readonly path: BlobPath;
  readonly #place: Place;
  readonly #patience: Patience;
  #temporary: string;
  /** Undefined until the file is made, and after the end. */
  #fd: number | undefined;
  #ended = false;
  #buffer: Buffer | undefined;
  #buffered = 0;
  #bytesWritten = 0;
  /** In the file. */
  #position = 0;

  constructor(place: Place, patience: Patience, temporary: string, fd: number | undefined) {
    this.path = place.path;
    this.#place = place;
    this.#patience = patience;
    this.#temporary = temporary;
    this.#fd = fd;
  }

  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  get held(): Uint8Array | undefined {
    if (this.#ended || this.#fd !== undefined) return undefined;
    return this.#buffer?.subarray(0, this.#buffered) ?? new Uint8Array();
  }

  writeSync(bytes: Uint8Array): void {
    this.#refuseAfterEnd();
    try {
      this.#write(bytes);
    } catch (error) {
      throw storageError(error, this.path, 'written');
    }
    this.#bytesWritten += bytes.length;
  }

  async commit(options?: { durable: boolean }): Promise<void> {
    this.#refuseAfterEnd();
    try {
      const fd = this.#flush();
      // Not tried again: after a failure the system may have forgotten what it could not write, and a second call would not say so.
      if (options?.durable) await syncFd(fd);
      this.#close();
      await renameFile(this.#temporary, this.#place, this.#patience);
      if (options?.durable) await this.#patience.run(() => syncDirectory(this.#place.directory));
    } catch (error) {
      await this.#remove().catch(() => undefined);
      throw storageError(error, this.path, 'written');
    }
  }

  async discard(): Promise<void> {
    await guarded(this.path, 'removed', () => this.#remove());
  }

  /** After a commit this does nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) await this.discard();
  }

  #refuseAfterEnd(): void {
    if (this.#ended) throw new Error(`the writer of ${this.path} was committed or discarded before`);
  }

  #write(bytes: Uint8Array): void {
    if (this.#buffered + bytes.length > dataPlaneLimits.writeBufferBytes) this.#flush();
    if (bytes.length >= dataPlaneLimits.writeBufferBytes) {
      this.#append(bytes);
      return;
    }
    const buffer = this.#room(this.#buffered + bytes.length);
    buffer.set(bytes, this.#buffered);
    this.#buffered += bytes.length;
  }

  /** The buffer, with room for so many bytes, which are no more than it may have. */
  #room(bytes: number): Buffer {
    const before = this.#buffer;
    if (before !== undefined && before.length >= bytes) return before;
    let length = before?.length ?? firstBufferBytes;
    while (length < bytes) length *= 2;
    const buffer = Buffer.allocUnsafe(Math.min(length, dataPlaneLimits.writeBufferBytes));
    before?.copy(buffer, 0, 0, this.#buffered);
    this.#buffer = buffer;
    return buffer;
  }

  #flush(): number {
    const fd = this.#file();
    if (this.#buffer !== undefined) this.#append(this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
    return fd;
  }

  /** A write may take fewer bytes than it was given, on a disk that is just full: only the rest is written again. */
  #append(bytes: Uint8Array): void {
    const fd = this.#file();
    for (let done = 0; done < bytes.length; ) {
      const written = this.#patience.runSync(() => writeSync(fd, bytes, done, bytes.length - done, this.#position));
      this.#position += written;
      done += written;
    }
  }

  /** The file's descriptor; makes a late one. */
  #file(): number {
    this.#fd ??= this.#patience.runSync(() => {
      this.#temporary = temporaryName(this.#place);
      return inDirectorySync(this.#place, () => openSync(this.#temporary, newFile, newFileMode));
    });
    return this.#fd;
  }

  async #remove(): Promise<void> {
    const isFile = this.#fd !== undefined || this.#ended;
    try {
      this.#close();
    } finally {
      if (isFile) await this.#patience.run(() => rm(this.#temporary, { force: true }));
    }
  }

  /** On NFS the last write errors come from here. */
  #close(): void {
    const fd = this.#fd;
    this.#ended = true;
    this.#fd = undefined;
    this.#buffer = undefined;
    if (fd !== undefined) closeSync(fd);
  }
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
