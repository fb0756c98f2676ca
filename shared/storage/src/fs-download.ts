/** One file, opened once: what is said of it and what is read of it are of the same file, even if another one takes its name meanwhile. */
import type { FileHandle } from 'node:fs/promises';
import { storageLimits } from '@gridmr/contracts';
import type { BlobDownload, BlobPath, ByteRange } from './blob-store.js';
import { guarded } from './fs-errors.js';
import { openFile } from './fs-reader.js';
import { StorageError } from './storage-error.js';

/** @param real the real path of what is called `path` in the store */
export async function openFsDownload(real: string, path: BlobPath): Promise<BlobDownload> {
  const { handle, status } = await openFile(real, path);
  const { size, mtimeMs, ino } = status;
  return new FsDownload(handle, { path, bytes: size, modifiedMs: mtimeMs, version: `${ino}-${size}-${mtimeMs}` });
}

class FsDownload implements BlobDownload {
  readonly path: BlobPath;
  readonly bytes: number;
  readonly modifiedMs: number;
  readonly version: string;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, about: { path: BlobPath; bytes: number; modifiedMs: number; version: string }) {
    this.path = about.path;
    this.bytes = about.bytes;
    this.modifiedMs = about.modifiedMs;
    this.version = about.version;
    this.#handle = handle;
  }

  async *pieces({ start, end }: ByteRange): AsyncGenerator<Uint8Array> {
    for (let position = start; position < end; ) {
      const target = Buffer.allocUnsafe(Math.min(storageLimits.streamPieceBytes, end - position));
      const { bytesRead } = await guarded(this.path, 'read', () =>
        this.#handle.read(target, 0, target.length, position),
      );
      if (bytesRead === 0)
        throw new StorageError('io_error', this.path, `${this.path} was cut short while it was read`);
      position += bytesRead;
      yield target.subarray(0, bytesRead);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}
