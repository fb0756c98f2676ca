/**
 * Walks the keys below a directory, in the order of their UTF-8 bytes, which is that of the paths.
 *
 * Algorithm: ask for the keys a page at a time, each page beginning behind the last key of the one before. Left out is what is hidden, and what is below
 * directories that are not entered. Where a page ends inside such a directory, the next one begins behind all of it: `.gridmr/` with a million files costs one
 * page.
 *
 * Memory: one page.
 */
import { objectStoreLimits } from '@gridmr/contracts';
import type { BlobPath, BlobStat } from '../blob-store.js';
import { isHidden } from '../fs-walk.js';
import type { ObjectCalls } from './object-calls.js';
import { guardedObject } from './object-errors.js';
import type { ObjectNames } from './object-names.js';

export interface WalkRequest {
  /** Of the paths: not only whole directories, `logs/2026` too. */
  readonly prefix: string;
  readonly after?: BlobPath | undefined;
  /** How many to ask for at once. */
  readonly pageSize?: number;
  /** Whether to look into a directory at all; hidden ones are not asked about. */
  enters?(directory: BlobPath): boolean;
}

/** Behind all keys that begin with the text before it: the last code point that there is. */
const lastCharacter = '\u{10FFFF}';
const everywhere = () => true;

export async function* walkObjects(
  calls: ObjectCalls,
  names: ObjectNames,
  { prefix, after, pageSize = objectStoreLimits.keysPerPage, enters = everywhere }: WalkRequest,
): AsyncGenerator<BlobStat> {
  const start = prefix.lastIndexOf('/') + 1;
  let behind = after;
  for (;;) {
    const page = await guardedObject(prefix, 'listed', () =>
      calls.list({
        prefix: names.prefixed(prefix),
        after: behind === undefined ? undefined : names.prefixed(behind),
        limit: pageSize,
      }),
    );
    let last: string | undefined;
    for (const { key, bytes, modifiedMs } of page.objects) {
      last = key.slice(names.prefixed('').length);
      const path = names.path(key);
      if (path === undefined) continue;
      const closed = closedPart(path, start, enters);
      if (closed === undefined) yield { path, bytes, modifiedMs };
      else last = closed;
    }
    if (page.next === undefined || last === undefined) return;
    behind = last.endsWith('/') ? last + lastCharacter : last;
  }
}

/** Of a path that is left out: the directory for which it is, with its `/`, or the path itself. */
function closedPart(path: BlobPath, start: number, enters: (directory: BlobPath) => boolean): string | undefined {
  for (let at = start; ; ) {
    const end = path.indexOf('/', at);
    const name = path.slice(at, end === -1 ? undefined : end);
    if (end === -1) return isHidden(name) ? path : undefined;
    if (isHidden(name) || !enters(path.slice(0, end))) return path.slice(0, end + 1);
    at = end + 1;
  }
}

/** Names of the files and directories in a directory; with hidden ones. */
export async function* namesIn(
  calls: ObjectCalls,
  names: ObjectNames,
  directory: BlobPath,
): AsyncGenerator<BlobStat & { readonly name: string; readonly isDirectory: boolean }> {
  const prefix = names.below(directory);
  let next: string | undefined;
  do {
    const request = { prefix, delimited: true, next, limit: objectStoreLimits.keysPerPage };
    const page = await guardedObject(directory, 'listed', () => calls.list(request));
    for (const inner of page.prefixes) {
      const path = names.path(inner.slice(0, -1));
      if (path !== undefined) yield { ...entry(path), isDirectory: true, bytes: 0, modifiedMs: 0 };
    }
    for (const { key, bytes, modifiedMs } of page.objects) {
      const path = names.path(key);
      if (path !== undefined) yield { ...entry(path), isDirectory: false, bytes, modifiedMs };
    }
    ({ next } = page);
  } while (next !== undefined);
}

function entry(path: BlobPath): { path: BlobPath; name: string } {
  return { path, name: path.slice(path.lastIndexOf('/') + 1) };
}
