/**
 * Whose a path is, and what a caller may do with it.
 *
 * ```
 * users/<name>/…        the client's own: it alone reads and writes there (role `user`)
 * output/<job_id>/…     the job's owner reads it; jobs alone write there
 * .anything             nobody's
 * everything else       shared: all read it, admins write it
 * ```
 *
 * Admins may do everything, viewers read everything, but what is hidden. A path counts twice: as it is written, and as it is called once all links
 * in it are followed. What a caller may not read is not there for it.
 */
import {
  dataPathSchema,
  filePathFault,
  jobIdSchema,
  normaliseDataPath,
  outputsDirectory,
  RequestError,
  usersDirectory,
} from '@gridmr/contracts';
import type { History } from '@gridmr/history';
import type { BlobStore } from '@gridmr/storage';
import type { Caller } from '../access/caller.js';
import { mayTouchJob } from '../access/own-jobs.js';

export interface RightsDependencies {
  readonly store: Pick<BlobStore, 'realName'>;
  readonly history: Pick<History, 'ownerOf'>;
}

/** The path of a request, as the store spells it. Throws `RequestError` `path_not_allowed`. */
export function readablePath(given: string): string {
  const path = normaliseDataPath(given);
  const fault = dataPathSchema.safeParse(given).error?.issues[0]?.message ?? sentence(filePathFault(path));
  if (fault !== undefined) throw new RequestError('path_not_allowed', fault);
  return path;
}

function sentence(fault: string | undefined): string | undefined {
  return fault === undefined ? undefined : `the path ${fault}`;
}

/** Throws `RequestError` `not_found` for what is not there for this caller. */
export async function refuseForeign(dependencies: RightsDependencies, caller: Caller, path: string): Promise<void> {
  const real = await dependencies.store.realName(path);
  for (const name of new Set([path, real])) {
    if (!(await mayRead(dependencies, caller, name))) throw noSuchFile(path);
  }
}

/** Throws `RequestError` `not_found` as `refuseForeign` does, `forbidden` for what the caller may read only. */
export async function refuseUnlessOwn(dependencies: RightsDependencies, caller: Caller, path: string): Promise<void> {
  await refuseForeign(dependencies, caller, path);
  const real = await dependencies.store.realName(path);
  if ([path, real].every(name => mayWrite(caller, name))) return;
  throw new RequestError('forbidden', `A key of the role user writes below ${ownDirectory(caller)}/ only`);
}

async function mayRead({ history }: RightsDependencies, caller: Caller, path: string): Promise<boolean> {
  const segments = path.split('/');
  if (segments.some(segment => segment.startsWith('.'))) return false;
  if (caller.role !== 'user') return true;
  const [top, owner = ''] = segments;
  if (top === usersDirectory) return owner === caller.clientId;
  if (top === outputsDirectory) return jobIdSchema.safeParse(owner).success && mayTouchJob(history, caller, owner);
  return true;
}

function mayWrite(caller: Caller, path: string): boolean {
  return caller.role === 'admin' || path.startsWith(`${ownDirectory(caller)}/`);
}

export function ownDirectory({ clientId }: Pick<Caller, 'clientId'>): string {
  return `${usersDirectory}/${clientId}`;
}

/** Whose quota a file counts against; undefined if none. */
export function ownerOfPath(path: string): string | undefined {
  const [top, owner, ...names] = path.split('/');
  return top === usersDirectory && names.length > 0 ? owner : undefined;
}

export function noSuchFile(path: string): RequestError {
  return new RequestError('not_found', `There is no file ${path}`);
}
