/**
 * From what a job names as its input to files. Each pattern is a path, a directory (all files below it) or a glob, in
 * this order: a name that exists is never taken for a glob, so `report[1].txt` needs no escaping.
 */
import { jobLimits, outputNames, pathFault } from '@gridmr/contracts';
import { isDynamicPattern } from 'tinyglobby';
import type { BlobPath, BlobStat, BlobStore } from './blob-store.js';
import { canonicalPath } from './confinement.js';
import { StorageError } from './storage-error.js';

/**
 * All files of a job, in the order of the patterns, and inside one in the order of paths. A file that several patterns
 * match counts once, where it is met first.
 *
 * @throws StorageError `not_found` for the first pattern that matches nothing, `too_many` beyond
 * `jobLimits.inputFilesMax`, `outside` for a path that jobs may not read
 */
export async function expandInputs(store: BlobStore, patterns: readonly string[]): Promise<BlobStat[]> {
  const files: BlobStat[] = [];
  for await (const { file, pattern } of eachInput(store, patterns)) {
    files.push(file);
    if (files.length > jobLimits.inputFilesMax) throw tooMany(pattern);
  }
  return files;
}

/**
 * The first of them, and whether there are no more. Patterns behind the last file are not looked at.
 * @throws StorageError as `expandInputs` does, but for too many
 */
export async function firstInputs(
  store: BlobStore,
  patterns: readonly string[],
  filesMax: number,
): Promise<{ readonly files: readonly BlobStat[]; readonly complete: boolean }> {
  const files: BlobStat[] = [];
  for await (const { file } of eachInput(store, patterns)) {
    if (files.length === filesMax) return { files, complete: false };
    files.push(file);
  }
  return { files, complete: true };
}

async function* eachInput(store: BlobStore, patterns: readonly string[]) {
  const known = new Set<BlobPath>();
  for (const pattern of patterns) {
    let matches = false;
    for await (const file of filesOf(store, pattern)) {
      matches = true;
      if (known.has(file.path)) continue;
      known.add(file.path);
      yield { file, pattern };
    }
    if (!matches) throw new StorageError('not_found', pattern, `no input file matches ${pattern}`);
  }
}

/** Whether `expandInputs` would find a file for this pattern. Stops at the first one. */
export async function inputExists(store: BlobStore, pattern: string): Promise<boolean> {
  refuseFault(pattern);
  if (await store.holdsFiles(pattern)) return true;
  if (!isDynamicPattern(pattern)) return false;
  for await (const _file of store.glob(pattern)) return true;
  return false;
}

async function* filesOf(store: BlobStore, pattern: string): AsyncGenerator<BlobStat> {
  refuseFault(pattern);
  if (await store.holdsFiles(pattern)) yield* withoutMarks(store.list(pattern), canonicalPath(pattern));
  else if (isDynamicPattern(pattern)) yield* store.glob(pattern);
}

/** The files of a directory. What a job wrote beside its parts is no input of the next job, unless it is named itself. */
async function* withoutMarks(files: AsyncIterable<BlobStat>, named: BlobPath): AsyncGenerator<BlobStat> {
  for await (const file of files) {
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    if (file.path === named || !marks.includes(name)) yield file;
  }
}

const marks: readonly string[] = Object.values(outputNames);

function refuseFault(pattern: string): void {
  const fault = pathFault(pattern);
  if (fault !== undefined) throw new StorageError('outside', pattern, `the path ${fault}`);
}

function tooMany(pattern: string): StorageError {
  const limit = `a job may read at most ${jobLimits.inputFilesMax} files`;
  return new StorageError(
    'too_many',
    pattern,
    `${limit}, and ${pattern} goes beyond that; join small files or split the job`,
  );
}
