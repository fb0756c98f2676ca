/**
 * Walks a directory tree without leaving the root of the store.
 *
 * Algorithm: read one directory, resolve its links, sort, go down depth first. A directory's name is sorted as if it
 * ended with `/`, so that the whole walk is in the order of the paths: `a.txt` (2E) before `a/b` (2F) before `a0` (30).
 * Left out: hidden names (temporary files are hidden), links that lead outside or nowhere, and directories that are
 * their own ancestors through a link.
 *
 * Memory: the entries of the directories between the start and the current one.
 */
import type { Dirent } from 'node:fs';
import { opendir, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobPath } from './blob-store.js';
import type { Confinement } from './confinement.js';
import { guarded } from './fs-errors.js';
import { compareCodePoints } from './path-order.js';

/** A directory, and the way that led to it. */
export interface WalkedDirectory {
  readonly path: BlobPath;
  readonly real: string;
  readonly parent: WalkedDirectory | undefined;
}

export interface WalkedEntry {
  readonly name: string;
  readonly path: BlobPath;
  readonly real: string;
  /** Undefined for a file. */
  readonly directory: WalkedDirectory | undefined;
}

/** Hidden from all listings: dot files, and with them files that are still being written. */
export function isHidden(name: string): boolean {
  return name.startsWith('.');
}

/** All files below `start`, in the order of their paths. */
export async function* walkFiles(confinement: Confinement, start: WalkedDirectory): AsyncGenerator<WalkedEntry> {
  const pending = await lastFirst(confinement, start);
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    if (entry.directory === undefined) {
      yield entry;
    } else {
      for (const inner of await lastFirst(confinement, entry.directory)) pending.push(inner);
    }
  }
}

/** Whether there is any file below `start`. Stops at the first one, without reading the rest of its directory. */
export async function holdsFiles(confinement: Confinement, start: WalkedDirectory): Promise<boolean> {
  const inner: WalkedDirectory[] = [];
  const found = await guarded(start.path, 'listed', () =>
    confinement.look(false, async () => {
      for await (const dirent of await opendir(start.real)) {
        const entry = await entryOf(confinement, start, dirent);
        if (entry === undefined) continue;
        if (entry.directory === undefined) return true;
        inner.push(entry.directory);
      }
      return false;
    }),
  );
  if (found) return true;
  for (const directory of inner) {
    if (await holdsFiles(confinement, directory)) return true;
  }
  return false;
}

/** The entries of one directory, in no particular order; none if it is gone. */
export async function readEntries(confinement: Confinement, directory: WalkedDirectory): Promise<WalkedEntry[]> {
  const dirents = await guarded(directory.path, 'listed', () =>
    confinement.look([], () => readdir(directory.real, { withFileTypes: true })),
  );
  const entries: WalkedEntry[] = [];
  for (const dirent of dirents) {
    const entry = await entryOf(confinement, directory, dirent);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

async function lastFirst(confinement: Confinement, directory: WalkedDirectory): Promise<WalkedEntry[]> {
  const entries = await readEntries(confinement, directory);
  return entries.sort((a, b) => compareCodePoints(sortKey(b), sortKey(a)));
}

function sortKey(entry: WalkedEntry): string {
  return entry.directory === undefined ? entry.name : `${entry.name}/`;
}

/** Undefined for what a walk leaves out. Waits for the file system only if the entry is a link. */
function entryOf(
  confinement: Confinement,
  parent: WalkedDirectory,
  dirent: Dirent,
): WalkedEntry | undefined | Promise<WalkedEntry | undefined> {
  if (isHidden(dirent.name)) return undefined;
  const real = join(parent.real, dirent.name);
  if (dirent.isFile()) return fileEntry(parent, dirent.name, real);
  if (dirent.isDirectory()) return directoryEntry(parent, dirent.name, real);
  return dirent.isSymbolicLink() ? linkEntry(confinement, parent, dirent.name, real) : undefined;
}

function fileEntry(parent: WalkedDirectory, name: string, real: string): WalkedEntry {
  return { name, path: childPath(parent, name), real, directory: undefined };
}

function directoryEntry(parent: WalkedDirectory, name: string, real: string): WalkedEntry | undefined {
  for (let above: WalkedDirectory | undefined = parent; above !== undefined; above = above.parent) {
    if (above.real === real) return undefined;
  }
  const path = childPath(parent, name);
  return { name, path, real, directory: { path, real, parent } };
}

async function linkEntry(
  confinement: Confinement,
  parent: WalkedDirectory,
  name: string,
  link: string,
): Promise<WalkedEntry | undefined> {
  return guarded(childPath(parent, name), 'listed', () =>
    confinement.look(undefined, async () => {
      const real = await realpath(link);
      if (!confinement.contains(real)) return undefined;
      const status = await stat(real);
      if (status.isFile()) return fileEntry(parent, name, real);
      return status.isDirectory() ? directoryEntry(parent, name, real) : undefined;
    }),
  );
}

function childPath(parent: WalkedDirectory, name: string): BlobPath {
  return parent.path === '' ? name : `${parent.path}/${name}`;
}
