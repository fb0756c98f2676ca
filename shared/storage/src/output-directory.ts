/** Where a job's results go. */
import type { BlobPath, BlobStore } from './blob-store.js';

/** Whether a job may write its output there: nothing there yet, or no more than an empty directory. */
export async function outputDirectoryIsFree(store: BlobStore, path: BlobPath): Promise<boolean> {
  return !(await store.holdsFiles(path));
}
