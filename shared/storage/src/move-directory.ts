/**
 * A directory of the platform changes hands by one rename, which is atomic: what late attempts of the run before still write comes to a place where nobody looks, and a
 * removal that is under way meanwhile has either all of a directory or nothing.
 */
import { randomToken } from '@gridmr/contracts';
import type { BlobPath, BlobStore } from './blob-store.js';
import { StorageError } from './storage-error.js';

const asideTokenLength = 8;

/** See `BlobStore.moveDirectory`. */
export async function moveDirectory(store: BlobStore, from: BlobPath, to: BlobPath): Promise<boolean> {
  if (await isThere(store, to)) return true;
  try {
    await store.rename(from, to);
    return true;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    // Somebody else has moved it, or nobody can.
    if (await isThere(store, to)) return true;
    if (error.code === 'not_found') return false;
    throw error;
  }
}

/** See `BlobStore.dropDirectory`. */
export async function dropDirectory(store: BlobStore, directory: BlobPath): Promise<void> {
  if (!(await isThere(store, directory))) return store.remove(directory);
  const aside = `${directory.slice(0, directory.lastIndexOf('/'))}/gone-${randomToken(asideTokenLength)}`;
  if (await moveDirectory(store, directory, aside)) await store.remove(aside);
}

async function isThere(store: BlobStore, directory: BlobPath): Promise<boolean> {
  return (await store.names(directory)).length > 0;
}
