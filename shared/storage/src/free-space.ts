/** How much room there is on the file system of a directory. */
import { statfs } from 'node:fs/promises';
import { isObjectAddress } from './s3/object-address.js';

export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Room that we may use: some of what is free may be kept for others. Undefined for an object store, which does not say. Throws what the file system says. */
export async function freeSpace(directory: string): Promise<Space | undefined> {
  if (isObjectAddress(directory)) return undefined;
  const { bsize, bavail, blocks } = await statfs(directory);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
