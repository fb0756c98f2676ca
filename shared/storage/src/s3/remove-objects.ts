/** Removes a file, or a directory and all below it, with what was begun in it and not finished. */
import { objectStoreLimits } from '@gridmr/contracts';
import type { ObjectCalls } from './object-calls.js';

/** @param below what the keys in it begin with. Missing is fine. Memory: one page of keys */
export async function removeObjects(calls: ObjectCalls, key: string, below: string): Promise<void> {
  await calls.remove([key]);
  let wasDirectory = false;
  for (;;) {
    // Always the first page: what was removed is not listed again.
    const { objects } = await calls.list({ prefix: below, limit: objectStoreLimits.keysRemovedAtOnce });
    if (objects.length === 0) break;
    wasDirectory = true;
    await calls.remove(objects.map(object => object.key));
  }
  if (!wasDirectory) return;
  for (const upload of await calls.listParts(below)) await calls.abortParts(upload);
}
