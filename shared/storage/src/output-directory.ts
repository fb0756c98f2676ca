/** Where a job's results go, and which job may write there. */
import { createHash } from 'node:crypto';
import { outputClaimsDirectory } from '@gridmr/contracts';
import type { BlobPath, BlobStore } from './blob-store.js';

/** Whether a job may write its output there: nothing there yet, or no more than an empty directory. */
export async function outputDirectoryIsFree(store: BlobStore, path: BlobPath): Promise<boolean> {
  return !(await store.holdsFiles(path));
}

/** The first-wins file that says which run of which job writes to a path. */
export function outputClaimPath(outputPath: string): BlobPath {
  return `${outputClaimsDirectory}/${createHash('sha256').update(outputPath).digest('hex')}`;
}
