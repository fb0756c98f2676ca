/**
 * What a retried job keeps of the run before, and what an ended run leaves behind. Whole directories change hands by a rename, which is
 * atomic: what late attempts of the earlier run still write comes to a place where nobody looks, and a removal that is under way meanwhile
 * has either all of a directory or nothing.
 */
import { jobFiles, randomToken } from '@gridmr/contracts';
import type { BlobPath, BlobStore } from './blob-store.js';
import type { JobStore } from './job-store.js';
import { StorageError } from './storage-error.js';

const asideTokenLength = 8;
/** `…/map/00000/m-00012.a1-x7k2p9.segment`, not the commit record `m-00012.json` beside it. */
const attemptOutput = /\/[mr]-(\d{5,7})\.a[^/]*$/;

/** Makes `from` be `to`, unless `to` is there. Returns whether it is there now. May be repeated. */
export async function moveDirectory(store: BlobStore, from: BlobPath, to: BlobPath): Promise<boolean> {
  if (await isThere(store, to)) return true;
  try {
    await store.rename(from, to);
    return true;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    // Somebody else has moved it, or nobody can.
    if (await isThere(store, to)) return true;
    if (error.code === 'not_found') return false;
    throw error;
  }
}

async function isThere(store: BlobStore, directory: BlobPath): Promise<boolean> {
  return (await store.names(directory)).length > 0;
}

/** Removes a directory that somebody else may be about to take over: one of the two gets it whole. */
export async function removeDirectory(store: BlobStore, jobId: string, directory: BlobPath): Promise<void> {
  if (!(await isThere(store, directory))) return store.remove(directory);
  const aside = `${jobFiles.directory(jobId)}/gone-${randomToken(asideTokenLength)}`;
  if (await moveDirectory(store, directory, aside)) await store.remove(aside);
}

/** Removes what attempts of an ended run have written and not committed. */
export async function removeUncommitted(jobs: JobStore, jobId: string): Promise<void> {
  for (const kind of ['map', 'reduce'] as const) {
    for await (const path of jobs.store.listPaths(`${jobFiles.directory(jobId)}/${kind}`)) {
      const index = attemptOutput.exec(path)?.[1];
      if (index === undefined) continue;
      const record = await jobs.readCommit(jobId, kind, Number(index));
      if (record === undefined || !path.endsWith(`/${record.file}`)) await jobs.store.discard(path);
    }
  }
}
