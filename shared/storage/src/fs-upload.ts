/** A file whose bytes come slowly, from a network: written without holding up the event loop. */
import { type FileHandle, open } from 'node:fs/promises';
import type { BlobUpload } from './blob-store.js';
import type { Place } from './confinement.js';
import { guarded } from './fs-errors.js';
import { inDirectory } from './temporary-file.js';

export async function createFsUpload(place: Place): Promise<BlobUpload> {
  const handle = await guarded(place.path, 'written', () => inDirectory(place, () => open(place.target, 'wx')));
  return new FsUpload(place, handle);
}

class FsUpload implements BlobUpload {
  readonly #place: Place;
  readonly #handle: FileHandle;
  #isClosed = false;

  constructor(place: Place, handle: FileHandle) {
    this.#place = place;
    this.#handle = handle;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await guarded(this.#place.path, 'written', async () => {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#handle.write(bytes, done);
        done += bytesWritten;
      }
    });
  }

  async finish(): Promise<void> {
    await guarded(this.#place.path, 'written', async () => {
      await this.#handle.sync();
      await this.#close();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await guarded(this.#place.path, 'written', () => this.#close());
  }

  async #close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#handle.close();
  }
}
