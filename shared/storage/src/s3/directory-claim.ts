/**
 * Who a directory of the platform belongs to from now on. In a file system it changes hands by one rename; here its files are moved one after the other, and who does that may
 * die in between. So a first-wins object beside the directory (`.gridmr/jobs/j1/.map.moved`) says what happens to it, and whoever comes
 * later goes on with that, or leaves it alone.
 *
 * ```
 * nothing        whoever comes first decides
 * to:<path>      it is being moved there; only who moves it there touches it
 * moved          it was moved; what late writers still put there is nobody's
 * dropped        it is being removed
 * ```
 */
import { objectStoreLimits } from '@gridmr/contracts';
import type { BlobPath, BlobStore } from '../blob-store.js';
import { StorageError } from '../storage-error.js';

export const moved = 'moved';
export const dropped = 'dropped';
export const movingTo = (to: BlobPath): string => `to:${to}`;

export type ClaimStore = Pick<BlobStore, 'read' | 'write' | 'commitOnce'>;

export class DirectoryClaim {
  readonly #store: ClaimStore;
  readonly #path: BlobPath;

  constructor(store: ClaimStore, directory: BlobPath) {
    const end = directory.lastIndexOf('/') + 1;
    this.#store = store;
    this.#path = `${directory.slice(0, end)}.${directory.slice(end)}.moved`;
  }

  /** What is to happen to the directory: `wish`, unless something else was decided before. */
  async decide(wish: string): Promise<string> {
    if (await this.#store.commitOnce(this.#path, Buffer.from(wish))) return wish;
    return (await this.standing()) ?? wish;
  }

  async standing(): Promise<string | undefined> {
    try {
      return Buffer.from(await this.#store.read(this.#path, objectStoreLimits.claimBytesMax)).toString();
    } catch (error) {
      if (error instanceof StorageError && error.code === 'not_found') return undefined;
      throw error;
    }
  }

  async finishMove(): Promise<void> {
    await this.#store.write(this.#path, Buffer.from(moved));
  }
}
