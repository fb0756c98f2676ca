/**
 * A directory of the platform changes hands, see `directory-claim.ts`. Each file is copied if nothing has its name yet, then removed where it was:
 * so it may be repeated after it died anywhere, two may be at it at once, and a commit record that stands in the new place is never replaced. Outputs go before the
 * records that name them.
 *
 * Cost: four requests a file; of files beyond a megabyte the bytes stay in the store.
 */
import { objectStoreLimits } from '@gridmr/contracts';
import type { BlobPath, BlobStore } from '../blob-store.js';
import { copyFirst } from './copy-object.js';
import { type ClaimStore, DirectoryClaim, dropped, moved, movingTo } from './directory-claim.js';
import type { ObjectCalls } from './object-calls.js';
import { guardedObject, ObjectError } from './object-errors.js';
import type { ObjectNames } from './object-names.js';

interface Moving {
  readonly store: ClaimStore & Pick<BlobStore, 'holdsFiles' | 'listPaths' | 'remove'>;
  readonly calls: ObjectCalls;
  readonly names: ObjectNames;
}

/** Returns whether `to` is there now. */
export async function moveObjects(moving: Moving, from: BlobPath, to: BlobPath): Promise<boolean> {
  const { store } = moving;
  const claim = new DirectoryClaim(store, from);
  const before = await claim.standing();
  if (before !== undefined || (await store.holdsFiles(from))) {
    const decided = before ?? (await claim.decide(movingTo(to)));
    if (decided === movingTo(to)) {
      // The records last: what they name is there then.
      await moveAll(moving, from, to, path => !path.endsWith('.json'));
      await moveAll(moving, from, to, () => true);
      await claim.finishMove();
    } else if (decided !== moved && decided !== dropped) return false;
  }
  return store.holdsFiles(to);
}

/** Removes a directory, unless it is being moved. */
export async function dropObjects({ store }: Moving, directory: BlobPath): Promise<void> {
  const claim = new DirectoryClaim(store, directory);
  const before = await claim.standing();
  // Nothing to take over, whoever comes: no claim is needed for what is not there.
  if (before === undefined && !(await store.holdsFiles(directory))) return store.remove(directory);
  const decided = before ?? (await claim.decide(dropped));
  if (decided === dropped || decided === moved) await store.remove(directory);
}

async function moveAll(
  { store, calls, names }: Moving,
  from: BlobPath,
  to: BlobPath,
  isMeant: (path: BlobPath) => boolean,
): Promise<void> {
  let batch: Promise<void>[] = [];
  for await (const path of store.listPaths(from)) {
    if (!isMeant(path)) continue;
    const file = moveFile(calls, names.key(path), names.key(to + path.slice(from.length)), path);
    // Listing goes on meanwhile; whether it failed is looked at when the batch is full.
    file.catch(() => undefined);
    batch.push(file);
    if (batch.length < objectStoreLimits.filesMovedAtOnce) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
}

async function moveFile(calls: ObjectCalls, from: string, to: string, path: BlobPath): Promise<void> {
  await guardedObject(path, 'renamed', async () => {
    try {
      const head = await calls.head(from);
      if (head === undefined) return;
      await copyFirst(calls, { from, head, to });
      await calls.remove([from]);
    } catch (error) {
      // Somebody else has moved it.
      if (!(error instanceof ObjectError) || error.fault !== 'missing') throw error;
    }
  });
}
