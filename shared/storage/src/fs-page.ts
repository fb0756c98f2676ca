/**
 * One page of all files below a directory, in the order of their paths, of trees and directories of any size.
 *
 * Algorithm: read a directory as a stream and keep the smallest names after the one where the page before ended, as many as the page still
 * lacks; go through these in order, down into directories; read the directory again for the next ones if that was not enough. A directory's
 * name is sorted as if it ended with `/`, so the whole is in the order of the paths, and what lies wholly before is never read.
 *
 * Left out: hidden names, and links: a listing shows each file once, at the place where it stands.
 *
 * Memory: at most twice a page of names for each directory between the start and the current one. Cost: each directory of the page is read once or twice.
 */
import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobPath, PageRequest } from './blob-store.js';
import type { Confinement } from './confinement.js';
import { guarded } from './fs-errors.js';
import { isHidden } from './fs-walk.js';
import { compareCodePoints } from './path-order.js';

/** @param real the real path of the directory that the prefix names, up to its last `/` */
export async function pageOfFiles(confinement: Confinement, real: string, request: PageRequest): Promise<BlobPath[]> {
  const start = request.prefix.slice(0, request.prefix.lastIndexOf('/') + 1);
  const found: BlobPath[] = [];
  const { after } = request;
  // What lies before the prefix lies before all of the page.
  const rest = after?.startsWith(start) ? after.slice(start.length) : undefined;
  if (after !== undefined && rest === undefined && compareCodePoints(after, start) > 0) return found;
  await collect(
    { confinement, request, found },
    { real, path: start, names: request.prefix.slice(start.length) },
    rest,
  );
  return found;
}

interface Page {
  readonly confinement: Confinement;
  readonly request: PageRequest;
  readonly found: BlobPath[];
}

interface Directory {
  readonly real: string;
  /** Empty, or ending with `/`. */
  readonly path: BlobPath;
  /** What names must begin with. */
  readonly names: string;
}

/** @param after where the page begins, relative to the directory */
async function collect(page: Page, directory: Directory, after: string | undefined): Promise<void> {
  const { request, found } = page;
  let last: string | undefined;
  for (;;) {
    const wanted = request.limit - found.length;
    const keys = await smallestKeys(
      page.confinement,
      directory,
      wanted,
      key => isAhead(key, after) && isBeyond(key, last),
    );
    for (const key of keys) {
      await take(page, directory, key, after);
      if (found.length >= request.limit) return;
    }
    if (keys.length < wanted) return;
    last = keys.at(-1);
  }
}

async function take(page: Page, directory: Directory, key: string, after: string | undefined): Promise<void> {
  const path = directory.path + key;
  if (!key.endsWith('/')) {
    page.found.push(path);
    return;
  }
  if (!page.request.enters(path.slice(0, -1))) return;
  const inner = { real: join(directory.real, key), path, names: '' };
  await collect(page, inner, after?.startsWith(key) ? after.slice(key.length) : undefined);
}

/** Something of it comes after the place where the page begins. */
function isAhead(key: string, after: string | undefined): boolean {
  return isBeyond(key, after) || (key.endsWith('/') && after?.startsWith(key) === true);
}

function isBeyond(key: string, other: string | undefined): boolean {
  return other === undefined || compareCodePoints(key, other) > 0;
}

/** In order. None if the directory is gone. */
async function smallestKeys(
  confinement: Confinement,
  directory: Directory,
  count: number,
  accepts: (key: string) => boolean,
): Promise<string[]> {
  let keys: string[] = [];
  const cut = () => keys.sort(compareCodePoints).slice(0, count);
  await guarded(directory.path, 'listed', () =>
    confinement.look(undefined, async () => {
      keys = [];
      for await (const dirent of await opendir(directory.real)) {
        const key = keyOf(dirent);
        if (key === undefined || !key.startsWith(directory.names) || !accepts(key)) continue;
        keys.push(key);
        if (keys.length >= 2 * count) keys = cut();
      }
    }),
  );
  return cut();
}

function keyOf(dirent: Dirent): string | undefined {
  if (isHidden(dirent.name)) return undefined;
  if (dirent.isDirectory()) return `${dirent.name}/`;
  return dirent.isFile() ? dirent.name : undefined;
}
