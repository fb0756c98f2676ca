/** One page of the files that a caller may read. */
import {
  type fileListQuerySchema,
  normaliseDataPath,
  outputsDirectory,
  type Page,
  RequestError,
  type StoredFile,
  usersDirectory,
} from '@gridmr/contracts';
import { BadCursorError } from '@gridmr/history';
import type { BlobStat, BlobStore } from '@gridmr/storage';
import type { z } from 'zod';
import type { Caller } from '../access/caller.js';
import { type RightsDependencies, readablePath, refuseForeign } from './file-rights.js';

interface ListDependencies extends RightsDependencies {
  readonly store: Pick<BlobStore, 'realName' | 'page'>;
}

/**
 * Outputs of a `user`'s jobs are listed only by a prefix that names the job: to find its own ones among those of everybody would take asking
 * for the owner of each.
 */
export async function listFiles(
  dependencies: ListDependencies,
  caller: Caller,
  { prefix: given, limit, cursor }: z.output<typeof fileListQuerySchema>,
): Promise<Page<StoredFile>> {
  const prefix = prefixOf(given);
  const directory = prefix.slice(0, Math.max(0, prefix.lastIndexOf('/')));
  if (directory !== '' && !(await isThere(dependencies, caller, directory))) return { items: [], next_cursor: null };
  const request = { prefix, limit, after: cursor === undefined ? undefined : pathIn(cursor) };
  const { files, next } = await dependencies.store.page({ ...request, enters: path => enters(caller, prefix, path) });
  const shown = files.filter(file => isShown(caller, file.path));
  return { items: shown.map(fileView), next_cursor: next === undefined ? null : cursorAt(next) };
}

export function fileView({ path, bytes, modifiedMs }: BlobStat): StoredFile {
  return { path, bytes, modified_at: new Date(modifiedMs).toISOString() };
}

/** `/data/logs/2026` → `logs/2026`. What stands before the last `/` must be a path. */
function prefixOf(given: string): string {
  if (given === '' || given === '/data/') return '';
  const end = given.lastIndexOf('/');
  if (end === -1 || given === '/data') return given.replace(/^\/data$/, '');
  const directory = normaliseDataPath(given.slice(0, end));
  const name = given.slice(end + 1);
  return directory === '' ? name : `${readablePath(given.slice(0, end))}/${name}`;
}

async function isThere(dependencies: ListDependencies, caller: Caller, directory: string): Promise<boolean> {
  // All that a user may see of this directory stands one level further down.
  if (directory === usersDirectory) return true;
  try {
    await refuseForeign(dependencies, caller, directory);
    return true;
  } catch (error) {
    if (error instanceof RequestError && error.code === 'not_found') return false;
    throw error;
  }
}

/** Where the prefix leads has been judged already. */
function enters({ role, clientId }: Caller, prefix: string, path: string): boolean {
  if (role !== 'user' || prefix.startsWith(`${path}/`)) return true;
  const [top, owner] = path.split('/');
  if (top === usersDirectory) return owner === undefined || owner === clientId;
  return top !== outputsDirectory || prefix.startsWith(`${outputsDirectory}/`);
}

function isShown({ role, clientId }: Caller, path: string): boolean {
  return role !== 'user' || !path.startsWith(`${usersDirectory}/`) || path.startsWith(`${usersDirectory}/${clientId}/`);
}

function cursorAt(path: string): string {
  return Buffer.from(JSON.stringify({ path })).toString('base64url');
}

/** It is compared with paths and never opened, so any text will do. */
function pathIn(cursor: string): string {
  try {
    const { path } = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (typeof path === 'string') return path;
  } catch {
    // Told below.
  }
  throw new BadCursorError();
}
