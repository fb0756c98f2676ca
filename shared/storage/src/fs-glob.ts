/** Files in a directory of this machine that match a glob, as the confined walk shows them: see `glob-paths.ts`. */
import { posix } from 'node:path';
import type { BlobPath } from './blob-store.js';
import type { Confinement } from './confinement.js';
import { readEntries, type WalkedDirectory } from './fs-walk.js';
import { type GlobEntry, globPaths } from './glob-paths.js';
import { StorageError } from './storage-error.js';

export interface GlobMatch {
  readonly path: BlobPath;
  readonly real: string;
}

/** In the order of their paths. */
export async function globFiles(confinement: Confinement, pattern: string): Promise<GlobMatch[]> {
  const seen = new SeenDirectories(confinement);
  const paths = await globPaths(pattern, path => seen.read(path));
  return paths.flatMap(path => seen.match(path) ?? []);
}

/** The directories that the matcher has looked into, and where what it has seen in them really is. */
class SeenDirectories {
  readonly #confinement: Confinement;
  readonly #directories = new Map<BlobPath, WalkedDirectory>();
  readonly #links = new Map<BlobPath, string>();

  constructor(confinement: Confinement) {
    this.#confinement = confinement;
  }

  match(path: BlobPath): GlobMatch | undefined {
    const directory = this.#directories.get(parentOf(path));
    if (directory === undefined) return undefined;
    return { path, real: this.#links.get(path) ?? posix.join(directory.real, posix.basename(path)) };
  }

  async read(path: BlobPath): Promise<GlobEntry[]> {
    const directory = this.#directories.get(path) ?? (await this.#start(path));
    if (directory === undefined) return [];
    const entries = await readEntries(this.#confinement, directory);
    for (const entry of entries) {
      if (entry.directory !== undefined) this.#directories.set(entry.path, entry.directory);
      else if (entry.real !== posix.join(directory.real, entry.name)) this.#links.set(entry.path, entry.real);
    }
    return entries.map(entry => ({ name: entry.name, isDirectory: entry.directory !== undefined }));
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
}

function parentOf(path: BlobPath): BlobPath {
  const end = path.lastIndexOf('/');
  return end === -1 ? '' : path.slice(0, end);
}
