/**
 * Keeps every operation inside the store's root. A path is judged twice: its text must not leave the root, and after
 * links are resolved, what it names (or the nearest parent of it that exists) must really lie inside the root.
 *
 * Links that lead elsewhere inside the root are followed. Users of GridMR have no way to make links, so a link that
 * changes between the check and the use is not defended against.
 *
 * Below the platform's own directory nobody but the platform makes names, and it makes no links: only that directory itself is resolved, once, and
 * what lies below is judged by its text. A task touches a dozen such names, and each resolving would cost as much as the access itself.
 */
import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { reservedDirectory } from '@gridmr/contracts';
import type { BlobPath } from './blob-store.js';
import type { FileCalls } from './file-calls.js';
import { DataDirectoryGoneError, guarded, saysMissing } from './fs-errors.js';
import type { Patience } from './patience.js';
import { StorageError } from './storage-error.js';
import type { StoreRoot } from './store-root.js';

/** Where a file is or would be. */
export interface Place {
  readonly path: BlobPath;
  readonly root: StoreRoot;
  /** Real path of its directory, which perhaps does not exist yet. */
  readonly directory: string;
  /** The name in that directory. If a link stands there, this is the link and not what it leads to. */
  readonly target: string;
}

export class Confinement {
  readonly root: StoreRoot;
  readonly #patience: Patience;
  readonly #calls: FileCalls;

  constructor(root: StoreRoot, patience: Patience, calls: FileCalls) {
    this.root = root;
    this.#patience = patience;
    this.#calls = calls;
  }

  /** Asks for what should be there, again while that fails for now. Throws the error of the system if it is missing, in a root that is not. */
  find<Result>(inquiry: () => Promise<Result>): Promise<Result> {
    return this.#patience.run(() => this.root.surely(inquiry));
  }

  /** The same where nothing need be there: `otherwise` is the result if it is missing. */
  async look<Result>(otherwise: Result, inquiry: () => Promise<Result>): Promise<Result> {
    try {
      return await this.find(inquiry);
    } catch (error) {
      if (saysMissing(error)) return otherwise;
      throw error;
    }
  }

  /** What stands there. That nothing does is believed if the root is there and nothing does then. */
  status(real: string): Promise<Stats | undefined> {
    return this.#patience.run(async () => {
      const seen = await this.#calls.status(real);
      if (seen !== undefined) return seen;
      await this.root.check();
      return this.#calls.status(real);
    });
  }

  contains(realPath: string): boolean {
    const root = this.root.path;
    const prefix = root.endsWith(sep) ? root : root + sep;
    return realPath === root || realPath.startsWith(prefix);
  }

  /** The real path of what exists. Throws `not_found` and `outside`; below the platform's own directory, the use of the path finds out if it exists. */
  async resolve(path: BlobPath): Promise<string> {
    const segments = segmentsOf(path);
    const own = await this.#ownPlace(segments);
    if (own !== undefined) return own;
    const named = join(this.root.path, ...segments);
    const real = await guarded(path, 'read', () => this.find(async () => this.#calls.realPath(named)));
    this.#refuseOutside(real, path);
    return real;
  }

  /** Where `path` is, or would be created. Throws `outside`, also for the root itself, which nobody replaces. */
  async place(path: BlobPath): Promise<Place> {
    const segments = segmentsOf(path);
    const name = segments.at(-1);
    if (name === undefined) throw rootItself(path);
    const own = await this.#ownPlace(segments);
    if (own !== undefined) return { path, root: this.root, directory: dirname(own), target: own };
    const { real, rest } = await this.#nearest(path, segments);
    if (rest.length > 0) {
      const target = join(real, ...rest);
      return { path, root: this.root, directory: dirname(target), target };
    }
    const parent = join(this.root.path, ...segments.slice(0, -1));
    const directory = await guarded(path, 'read', () => this.#patience.run(async () => this.#calls.realPath(parent)));
    return { path, root: this.root, directory, target: join(directory, name) };
  }

  /** The name that `path` has, or would get, once all links in it are followed: relative to the root. Throws `outside`. */
  async realName(path: BlobPath): Promise<BlobPath> {
    const { real, rest } = await this.#nearest(path, segmentsOf(path));
    return relative(this.root.path, join(real, ...rest))
      .split(sep)
      .join('/');
  }

  /** Where something below the platform's own directory is or would be; undefined for what is not, and for that directory itself. */
  async #ownPlace([first, ...below]: readonly string[]): Promise<string | undefined> {
    if (first !== reservedDirectory || below.length === 0) return undefined;
    this.root.own ??= await this.#findOwnRoot();
    return this.root.own === undefined ? undefined : join(this.root.own, ...below);
  }

  async #findOwnRoot(): Promise<string | undefined> {
    const real = await this.#existing(join(this.root.path, reservedDirectory), reservedDirectory);
    if (real !== undefined) this.#refuseOutside(real, reservedDirectory);
    return real;
  }

  /** The longest part of the path that exists, links resolved, and the segments after it. */
  async #nearest(path: BlobPath, segments: string[]): Promise<{ real: string; rest: string[] }> {
    for (let length = segments.length; length >= 0; length--) {
      const real = await this.#existing(join(this.root.path, ...segments.slice(0, length)), path);
      if (real === undefined) continue;
      this.#refuseOutside(real, path);
      const rest = segments.slice(length);
      const first = rest[0];
      if (first !== undefined && (await isLink(join(real, first)))) throw outside(path, `${path} is a broken link`);
      return { real, rest };
    }
    return guarded(path, 'read', () => Promise.reject(new DataDirectoryGoneError()));
  }

  #existing(absolute: string, path: BlobPath): Promise<string | undefined> {
    return guarded(path, 'read', () => this.look(undefined, async () => this.#calls.realPath(absolute)));
  }

  #refuseOutside(real: string, path: BlobPath): void {
    if (!this.contains(real)) throw outside(path, `${path} is a link that leads out of the data directory`);
  }
}

/** `a//b/./c` → `['a', 'b', 'c']`. Throws `outside` for text that could name anything outside of the root. */
function segmentsOf(path: BlobPath): string[] {
  if (path.includes('\0')) throw outside('', 'the path contains a NUL character');
  if (path.startsWith('/')) throw outside(path, `${path} is absolute; paths are relative to the data directory`);
  const segments = path.split('/').filter(segment => segment !== '' && segment !== '.');
  if (segments.includes('..')) throw outside(path, `${path} contains .. ; paths cannot leave the data directory`);
  return segments;
}

/** The path as the store spells it: `a//b/./c` → `a/b/c`. Throws `outside`. */
export function canonicalPath(path: BlobPath): BlobPath {
  return segmentsOf(path).join('/');
}

/** Nobody replaces or removes all of the store. */
export function rootItself(path: BlobPath): StorageError {
  return outside(path, 'the data directory itself cannot be replaced or removed');
}

function outside(path: BlobPath, message: string): StorageError {
  return new StorageError('outside', path, message);
}

/** A name whose real path was not found: is it a link that leads nowhere? If not, it is missing, or has just been made. */
async function isLink(absolute: string): Promise<boolean> {
  try {
    return (await lstat(absolute)).isSymbolicLink();
  } catch {
    return false;
  }
}
