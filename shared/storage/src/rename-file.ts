/** Renaming over a network: the answer may be lost after the work was done, and the second try then finds nothing to rename. */
import { rename, stat } from 'node:fs/promises';
import type { Place } from './confinement.js';
import { systemCode } from './fs-errors.js';
import type { Patience } from './patience.js';
import { inDirectory } from './temporary-file.js';

/** Renames the file `from` to its place, in a directory that is made if need be. Throws the error of the system. */
export async function renameFile(from: string, place: Place, patience: Patience): Promise<void> {
  let tried = false;
  await patience.run(async () => {
    try {
      await inDirectory(place, () => rename(from, place.target));
    } catch (error) {
      if (tried && systemCode(error) === 'ENOENT' && (await isThere(place.target))) return;
      tried = true;
      throw error;
    }
  });
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
