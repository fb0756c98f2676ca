/**
 * The first-wins step that decides which attempt counts.
 *
 * Algorithm: write the whole content under a name of its own, then `link` it to the final name. A link is atomic on local
 * file systems and on NFS, and fails if the name is taken, so that of any number of processes exactly one succeeds,
 * and no reader ever sees a part of the content.
 *
 * On NFS a link may be made and its reply lost; the client asks again and is told that the name is taken (or that the
 * server does not answer). The number of links to our own file tells the truth: 2 means that we won.
 *
 * Cost: five calls (create, write, close, link, unlink), none of which waits for the disk.
 */
import type { Place } from './confinement.js';
import { type FileCalls, pooledCalls } from './file-calls.js';
import { guarded, systemCode } from './fs-errors.js';
import { inDirectory, temporaryName } from './temporary-file.js';

const linksOfWinner = 2;

/** Makes `bytes` the content of `place` if nothing is there yet. Returns whether it did. */
export async function commitOnce(place: Place, bytes: Uint8Array, calls: FileCalls = pooledCalls): Promise<boolean> {
  return guarded(place.path, 'written', () => inDirectory(place.directory, () => writeAndLink(place, bytes, calls)));
}

async function writeAndLink(place: Place, bytes: Uint8Array, calls: FileCalls): Promise<boolean> {
  const temporary = temporaryName(place);
  try {
    await calls.create(temporary, bytes);
    return await linkFirst(temporary, place.target, calls);
  } finally {
    await calls.remove(temporary);
  }
}

/** Links `temporary` to `target`, whatever the answer of the server says. Returns false if another file stands there. */
export async function linkFirst(temporary: string, target: string, calls: FileCalls = pooledCalls): Promise<boolean> {
  try {
    await calls.link(temporary, target);
    return true;
  } catch (error) {
    if ((await calls.links(temporary)) === linksOfWinner) return true;
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}
