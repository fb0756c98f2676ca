/** How much room there is on the file system of a directory. */
import { statfs } from 'node:fs/promises';

export interface Space {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Room that we may use: some of what is free may be kept for others. Throws what the file system says. */
export async function freeSpace(directory: string): Promise<Space> {
  const { bsize, bavail, blocks } = await statfs(directory);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
