/**
 * Names under which files are written before they become visible: in the directory of their target, so that a rename
 * or link stays inside one file system; hidden, so that no listing shows them; unique among all machines.
 */
import { mkdirSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { randomToken, storageLimits } from '@gridmr/contracts';
import type { Place } from './confinement.js';
import { systemCode } from './fs-errors.js';

const ending = '.tmp';

/** `/root/output/part-r-00000` → `/root/output/.part-r-00000.<token>.tmp` */
export function temporaryName(place: Place): string {
  return join(place.directory, `${temporaryPrefix(place)}${randomToken(storageLimits.temporaryTokenLength)}${ending}`);
}

/** Removes all temporary files of a place, whoever left them. */
export async function removeTemporaries(place: Place): Promise<void> {
  const prefix = temporaryPrefix(place);
  const length = prefix.length + storageLimits.temporaryTokenLength + ending.length;
  for (const name of await readdir(place.directory)) {
    const isOwn = name.length === length && name.startsWith(prefix) && name.endsWith(ending);
    if (isOwn) await rm(join(place.directory, name), { force: true });
  }
}

/** The name is cut, so that the token still fits into the file system's longest name. */
function temporaryPrefix(place: Place): string {
  return `.${basename(place.target).slice(0, storageLimits.temporaryNameLengthMax)}.`;
}

/** Runs `make`; if the directory turns out to be missing, creates it and runs `make` once more. */
export async function inDirectory<Result>(directory: string, make: () => Promise<Result>): Promise<Result> {
  try {
    return await make();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    await mkdir(directory, { recursive: true });
    return make();
  }
}

/** The same, for task threads. */
export function inDirectorySync<Result>(directory: string, make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    mkdirSync(directory, { recursive: true });
    return make();
  }
}
