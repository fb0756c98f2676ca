/**
 * Files that match a glob. The matching is tinyglobby's; what it may see of the file system is ours: it is given a
 * file system of its own, rooted at a made-up directory, whose listings come from the confined walk. So a pattern
 * can neither leave the store nor meet hidden names, whatever it is made of.
 *
 * Memory: the paths that match, and one note per directory looked at; bounded by `storageLimits.globEntriesMax`.
 */
import type { Dirent } from 'node:fs';
import { posix } from 'node:path';
import { jobLimits, storageLimits } from '@gridmr/contracts';
import { type FileSystemAdapter, glob } from 'tinyglobby';
import type { BlobPath } from './blob-store.js';
import type { Confinement } from './confinement.js';
import { isHidden, readEntries, type WalkedDirectory } from './fs-walk.js';
import { compareCodePoints } from './path-order.js';
import { StorageError } from './storage-error.js';

/** Where the store's root appears to be, for the matcher. */
const apparentRoot = '/store';

type Readdir = NonNullable<FileSystemAdapter['readdir']>;

export interface GlobMatch {
  readonly path: BlobPath;
  readonly real: string;
}

/** At most `jobLimits.inputFilesMax + 1` matches, in the order of their paths: enough to see that they are too many. */
export async function globFiles(confinement: Confinement, pattern: string): Promise<GlobMatch[]> {
  const view = new GlobView(confinement, pattern);
  const paths = await glob(pattern, {
    cwd: apparentRoot,
    dot: false,
    expandDirectories: false,
    followSymbolicLinks: false,
    fs: { readdir: view.readdir },
    signal: view.stop.signal,
  });
  if (view.failure !== undefined) throw view.failure;
  const wanted = paths.sort(compareCodePoints).slice(0, jobLimits.inputFilesMax + 1);
  return wanted.flatMap(path => view.match(path) ?? []);
}

/** The file system that the matcher sees. The matcher drops errors, so the first one is kept here. */
class GlobView {
  readonly stop = new AbortController();
  failure: unknown;
  readonly #confinement: Confinement;
  readonly #pattern: string;
  readonly #directories = new Map<BlobPath, WalkedDirectory>();
  readonly #links = new Map<BlobPath, string>();
  #entries = 0;

  constructor(confinement: Confinement, pattern: string) {
    this.#confinement = confinement;
    this.#pattern = pattern;
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

  match(path: BlobPath): GlobMatch | undefined {
    const directory = this.#directories.get(parentOf(path));
    if (directory === undefined) return undefined;
    return { path, real: this.#links.get(path) ?? posix.join(directory.real, posix.basename(path)) };
  }

  async #read(apparent: string): Promise<Dirent[]> {
    const path = posix.relative(apparentRoot, apparent);
    if (this.stop.signal.aborted || path.split('/').some(isHidden)) return [];
    const directory = this.#directories.get(path) ?? (await this.#start(path));
    if (directory === undefined) return [];
    const entries = await readEntries(this.#confinement, directory);
    this.#count(entries.length);
    for (const entry of entries) {
      if (entry.directory !== undefined) this.#directories.set(entry.path, entry.directory);
      else if (entry.real !== posix.join(directory.real, entry.name)) this.#links.set(entry.path, entry.real);
    }
    return entries.map(entry => direntOf(entry.name, entry.directory !== undefined));
  }

  /** The directory before the first wildcard, where the matcher begins. */
  async #start(path: BlobPath): Promise<WalkedDirectory | undefined> {
    try {
      const directory = { path, real: await this.#confinement.resolve(path), parent: undefined };
      this.#directories.set(path, directory);
      return directory;
    } catch (error) {
      if (error instanceof StorageError && error.code === 'not_found') return undefined;
      throw error;
    }
  }

  #count(entries: number): void {
    this.#entries += entries;
    if (this.#entries <= storageLimits.globEntriesMax) return;
    const problem = `${this.#pattern} looks at more than ${storageLimits.globEntriesMax} files and directories`;
    throw new StorageError('too_many', this.#pattern, `${problem}; name a directory further down`);
  }
}

function parentOf(path: BlobPath): BlobPath {
  const end = path.lastIndexOf('/');
  return end === -1 ? '' : path.slice(0, end);
}

/** As much of a directory entry as the matcher asks for. Links are resolved before, so none is left. */
function direntOf(name: string, isDirectory: boolean): Dirent {
  const kind = { isFile: () => !isDirectory, isDirectory: () => isDirectory, isSymbolicLink: () => false };
  return { name, ...kind } as Dirent;
}
