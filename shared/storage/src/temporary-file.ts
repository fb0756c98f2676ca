/**
 * Names under which files are written before they become visible: in the directory of their target, so that a rename
 * or link stays inside one file system; hidden, so that no listing shows them; unique among all machines.
 */
import { mkdirSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
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

/** Runs `make`; if its directory turns out to be missing, creates it and runs `make` once more. */
export async function inDirectory<Result>({ root, directory }: Place, make: () => Promise<Result>): Promise<Result> {
  try {
    return await make();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    await root.check();
    await makeDirectory(root.path, directory);
    return root.surely(make);
  }
}

/** The same, for task threads. */
export function inDirectorySync<Result>({ root, directory }: Place, make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    root.checkSync();
    makeDirectorySync(root.path, directory);
    return root.surelySync(make);
  }
}

/**
 * Creates a directory and those above it, but never the root of the store: where that is gone, because nothing is mounted there, files would be
 * written to where nobody looks for them.
 */
async function makeDirectory(root: string, directory: string): Promise<void> {
  if (directory === root) return;
  const isMade = () => mkdir(directory).then(() => true, isThere);
  if (await isMade()) return;
  await makeDirectory(root, dirname(directory));
  await isMade();
}

function makeDirectorySync(root: string, directory: string): void {
  if (directory === root) return;
  if (isMadeSync(directory)) return;
  makeDirectorySync(root, dirname(directory));
  isMadeSync(directory);
}

function isMadeSync(directory: string): boolean {
  try {
    mkdirSync(directory);
    return true;
  } catch (error) {
    return isThere(error);
  }
}

/** After a directory could not be made: whether it is there; if not, its parent is missing. */
function isThere(error: unknown): boolean {
  const code = systemCode(error);
  if (code !== 'EEXIST' && code !== 'ENOENT') throw error;
  return code === 'EEXIST';
}
