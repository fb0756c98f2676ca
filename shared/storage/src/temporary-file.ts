/**
 * Names under which files are written before they become visible: unique among all machines, and where a rename or link stays inside one file
 * system. A process may be killed before it removes them. So they are beside their target, hidden, only where its directory is removed whole some day, as
 * those of attempts are. All others are in one directory of the platform, where the sweep finds them: no other file than parts and manifest may ever
 * be seen in an output, and none but its records in the directory of a job that has ended.
 */
import { mkdirSync } from 'node:fs';
import { access, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { randomToken, reservedDirectory, storageLimits, temporaryDirectory } from '@gridmr/contracts';
import type { Place } from './confinement.js';
import { systemCode } from './fs-errors.js';
import type { StoreRoot } from './store-root.js';

const ending = '.tmp';

/**
 * `/root/.gridmr/jobs/j1/map/00000/m-00001.json` → `/root/.gridmr/jobs/j1/map/00000/.m-00001.json.<token>.tmp`,
 * `/root/output/_SUCCESS` → `/root/.gridmr/tmp/_SUCCESS.<token>.tmp`
 */
export function temporaryName(place: Place): string {
  return join(
    temporaryDirectoryOf(place),
    `${temporaryPrefix(place)}${randomToken(storageLimits.temporaryTokenLength)}${ending}`,
  );
}

/** Removes all temporary files of a place, whoever left them. */
export async function removeTemporaries(place: Place): Promise<void> {
  const prefix = temporaryPrefix(place);
  const length = prefix.length + storageLimits.temporaryTokenLength + ending.length;
  for (const name of await readdir(temporaryDirectoryOf(place))) {
    const isIts = name.length === length && name.startsWith(prefix) && name.endsWith(ending);
    if (isIts) await rm(join(temporaryDirectoryOf(place), name), { force: true });
  }
}

/** The name is cut, so that the token still fits into the file system's longest name. */
function temporaryPrefix(place: Place): string {
  const hidden = goesWithDirectory(place) ? '.' : '';
  return `${hidden}${basename(place.target).slice(0, storageLimits.temporaryNameLengthMax)}.`;
}

/** That of the place, and that of its temporary files. */
function directoriesOf(place: Place): Iterable<string> {
  return new Set([place.directory, temporaryDirectoryOf(place)]);
}

function temporaryDirectoryOf(place: Place): string {
  return goesWithDirectory(place) ? place.directory : join(place.root.path, temporaryDirectory);
}

/** Directories of a job that are removed whole, with whatever is in them. */
const removedWhole = /^jobs\/[^/]+\/(?:map|reduce|plan-[^/]+)(?:\/|$)/;

/** Whether a temporary file may be beside its target. */
function goesWithDirectory(place: Place): boolean {
  return removedWhole.test(belowOwn(place).split(sep).join('/'));
}

function isOwn(place: Place): boolean {
  const [first] = belowOwn(place).split(sep);
  return first !== '..';
}

/** What was asked last: many files are made in one directory, and each asks several times. */
let lastBelow = { own: '', directory: '', below: '' };

/** Where it is, seen from the platform's own directory. */
function belowOwn({ root, directory }: Place): string {
  const own = root.own ?? join(root.path, reservedDirectory);
  if (lastBelow.directory !== directory || lastBelow.own !== own) {
    lastBelow = { own, directory, below: relative(own, directory) };
  }
  return lastBelow.below;
}

/** Makes the directory of a place, if the one above it is there. Whatever keeps it from that, who writes to it will meet. */
export async function makeDirectoryOf({ directory }: Place): Promise<void> {
  await mkdir(directory).catch(() => undefined);
}

/** Runs `make`; if its directory, or that of its temporary files, turns out to be missing, creates them and runs `make` once more. */
export async function inDirectory<Result>(place: Place, make: () => Promise<Result>): Promise<Result> {
  try {
    return await make();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    const { root } = place;
    await root.check();
    for (const directory of directoriesOf(place)) await makeDirectory(root.path, directory);
    return root.surely(make);
  }
}

/**
 * Makes the directories of a place, if they are missing: a file that is made elsewhere first would say only when it is moved that it cannot be there. The
 * platform's own files can be where they belong, and find out by themselves.
 */
export async function mustHaveDirectory(place: Place): Promise<void> {
  if (isOwn(place)) return;
  for (const directory of directoriesOf(place)) await lookOrMake(place.root, directory);
}

async function lookOrMake(root: StoreRoot, directory: string): Promise<void> {
  const look = () => access(`${directory}${sep}.`);
  try {
    await look();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    await root.check();
    await makeDirectory(root.path, directory);
    await look();
  }
}

/** The same, for task threads. */
export function inDirectorySync<Result>(place: Place, make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    const { root } = place;
    root.checkSync();
    for (const directory of directoriesOf(place)) makeDirectorySync(root.path, directory);
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
