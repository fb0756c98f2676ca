/**
 * Paths that match a glob. The matching is tinyglobby's; what it may see of the files is ours: it is given a file system of its own, rooted at a made-up
 * directory, whose listings come from the store. So a pattern can neither leave the store nor meet hidden names, whatever it is made of.
 *
 * Memory: the paths that match, and what the store notes per directory looked at; bounded by `storageLimits.globEntriesMax`.
 */
import type { Dirent } from 'node:fs';
import { posix } from 'node:path';
import { jobLimits, storageLimits } from '@gridmr/contracts';
import { type FileSystemAdapter, glob } from 'tinyglobby';
import type { BlobPath } from './blob-store.js';
import { isHidden } from './fs-walk.js';
import { compareCodePoints } from './path-order.js';
import { StorageError } from './storage-error.js';

/** Where the store's root appears to be, for the matcher. */
const apparentRoot = '/store';

type Readdir = NonNullable<FileSystemAdapter['readdir']>;

export interface GlobEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** The entries of a directory, hidden ones left out; none if it is missing. */
export type ReadDirectory = (path: BlobPath) => Promise<readonly GlobEntry[]>;

/** At most `jobLimits.inputFilesMax + 1` matches, in the order of their paths: enough to see that they are too many. */
export async function globPaths(pattern: string, read: ReadDirectory): Promise<BlobPath[]> {
  const view = new GlobView(pattern, read);
  const paths = await glob(pattern, {
    cwd: apparentRoot,
    dot: false,
    expandDirectories: false,
    followSymbolicLinks: false,
    fs: { readdir: view.readdir },
    signal: view.stop.signal,
  });
  if (view.failure !== undefined) throw view.failure;
  return paths.sort(compareCodePoints).slice(0, jobLimits.inputFilesMax + 1);
}

/** The file system that the matcher sees. The matcher drops errors, so the first one is kept here. */
class GlobView {
  readonly stop = new AbortController();
  failure: unknown;
  readonly #pattern: string;
  readonly #readDirectory: ReadDirectory;
  #entries = 0;

  constructor(pattern: string, read: ReadDirectory) {
    this.#pattern = pattern;
    this.#readDirectory = read;
  }

  readonly readdir = ((apparent: string, _options: unknown, callback: (error: null, dirents: Dirent[]) => void) => {
    this.#read(apparent).then(
      dirents => callback(null, dirents),
      (error: unknown) => {
        this.failure ??= error;
        this.stop.abort();
        callback(null, []);
      },
    );
  }) as Readdir;

  async #read(apparent: string): Promise<Dirent[]> {
    const path = posix.relative(apparentRoot, apparent);
    if (this.stop.signal.aborted || path.split('/').some(isHidden)) return [];
    const entries = await this.#readDirectory(path);
    this.#count(entries.length);
    return entries.map(direntOf);
  }

  #count(entries: number): void {
    this.#entries += entries;
    if (this.#entries <= storageLimits.globEntriesMax) return;
    const problem = `${this.#pattern} looks at more than ${storageLimits.globEntriesMax} files and directories`;
    throw new StorageError('too_many', this.#pattern, `${problem}; name a directory further down`);
  }
}

/** As much of a directory entry as the matcher asks for. Links are resolved before, so none is left. */
function direntOf({ name, isDirectory }: GlobEntry): Dirent {
  const kind = { isFile: () => !isDirectory, isDirectory: () => isDirectory, isSymbolicLink: () => false };
  return { name, ...kind } as Dirent;
}
