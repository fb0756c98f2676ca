/** Renaming over a network: the answer may be lost after the work was done, and the second try then finds nothing to rename. */
import { rename, stat } from 'node:fs/promises';
import type { Place } from './confinement.js';
import { saysMissing } from './fs-errors.js';
import type { Patience } from './patience.js';
import { inDirectory } from './temporary-file.js';

/** Renames the file `from` to its place, in a directory that is made if need be. Throws the error of the system. */
export async function renameFile(from: string, place: Place, patience: Patience): Promise<void> {
  let tried = false;
  await patience.run(async () => {
    if (tried && !(await isThere(from)) && (await isThere(place.target))) return;
    tried = true;
    await inDirectory(place, () => rename(from, place.target));
  });
}

/** Whether it cannot be seen now is no answer: then the whole is tried again. */
async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (saysMissing(error)) return false;
    throw error;
  }
}
