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
import type { FileCalls } from './file-calls.js';
import { guarded, systemCode } from './fs-errors.js';
import type { Patience } from './patience.js';
import { inDirectory, mustHaveDirectory, temporaryName } from './temporary-file.js';

const linksOfWinner = 2;

/** Makes `bytes` the content of `place` if nothing is there yet. Returns whether it did. */
export async function commitOnce(
  place: Place,
  bytes: Uint8Array,
  calls: FileCalls,
  patience: Patience,
): Promise<boolean> {
  await guarded(place.path, 'written', () => patience.run(() => mustHaveDirectory(place)));
  const commit = () => inDirectory(place, () => writeAndLink(place, bytes, calls, patience));
  return guarded(place.path, 'written', () => patience.run(commit));
}

async function writeAndLink(place: Place, bytes: Uint8Array, calls: FileCalls, patience: Patience): Promise<boolean> {
  const temporary = temporaryName(place);
  try {
    await calls.create(temporary, bytes);
    return await linkFirst(temporary, place.target, calls, patience);
  } finally {
    await removeOrLeave(temporary, calls, patience);
  }
}

/**
 * Links `temporary` to `target`, whatever the answer of the server says. Returns false if another file stands there. The same file is linked however often
 * that takes, since its number of links is what tells if one of the tries has won.
 */
export async function linkFirst(
  temporary: string,
  target: string,
  calls: FileCalls,
  patience: Patience,
): Promise<boolean> {
  return patience.run(async () => {
    try {
      await calls.link(temporary, target);
      return true;
    } catch (error) {
      if ((await calls.links(temporary)) === linksOfWinner) return true;
      if (systemCode(error) === 'EEXIST') return false;
      throw error;
    }
  });
}

/** What was decided is not undone by a name that cannot be removed. It is hidden, and goes with the directory that it is in. */
async function removeOrLeave(temporary: string, calls: FileCalls, patience: Patience): Promise<void> {
  await patience.run(() => calls.remove(temporary)).catch(() => undefined);
}
