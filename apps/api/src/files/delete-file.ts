/** Deletes one file. */
import { RequestError } from '@gridmr/contracts';
import { StorageError } from '@gridmr/storage';
import type { Caller } from '../access/caller.js';
import type { ApiDependencies } from '../dependencies.js';
import { noSuchFile, ownerOfPath, readablePath, refuseUnlessOwn } from './file-rights.js';

/** Throws `RequestError`: `not_found`, `forbidden`, `path_not_allowed`, `path_taken` for a directory. */
export async function deleteFile(dependencies: ApiDependencies, caller: Caller, given: string): Promise<void> {
  const path = readablePath(given);
  await refuseUnlessOwn(dependencies, caller, path);
  const { store, history } = dependencies;
  const before = await store.stat(path);
  if (!(await remove(dependencies, path))) throw noSuchFile(path);
  const owner = ownerOfPath(path);
  if (owner !== undefined && before !== undefined)
    await history.usage.removed(owner, { bytes: before.bytes, files: 1 });
}

async function remove({ store }: ApiDependencies, path: string): Promise<boolean> {
  try {
    return await store.removeFile(path);
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'not_a_file') throw error;
    throw new RequestError('path_taken', `${path} is a directory; delete the files in it`, {}, { cause: error });
  }
}
