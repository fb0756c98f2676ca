/** Copying inside the store: the bytes do not come here. One request up to a size, beyond it in parts. */
import { objectStoreLimits, randomToken, storageLimits } from '@gridmr/contracts';
import type { ObjectCalls, ObjectHead } from './object-calls.js';

export interface Copy {
  readonly from: string;
  readonly head: ObjectHead;
  readonly to: string;
  /** Of a copy in parts, and what one request may copy. */
  readonly partBytes?: number;
}

/** Replaces what is there. Fails with `missing` if the source is gone. */
export async function copyObject(calls: ObjectCalls, copy: Copy): Promise<void> {
  if (copy.head.bytes <= partBytesOf(copy)) await calls.copy({ from: copy.from, to: copy.to });
  else await copyParts(calls, copy, false);
}

/** Copies if nothing is there yet, whoever else tries. Returns whether it did. */
export async function copyFirst(calls: ObjectCalls, copy: Copy): Promise<boolean> {
  const { from, head, to } = copy;
  // A copy in one request has no condition in most stores; a write has.
  if (head.bytes > objectStoreLimits.movedByValueBytesMax) return copyParts(calls, copy, true);
  // A range of no bytes cannot be asked for.
  const bytes = head.bytes === 0 ? new Uint8Array() : await calls.get({ key: from, start: 0, end: head.bytes });
  return calls.put({ key: to, bytes, token: newToken(), isFirst: true });
}

async function copyParts(calls: ObjectCalls, copy: Copy, isFirst: boolean): Promise<boolean> {
  const { from, head, to } = copy;
  const partBytes = partBytesOf(copy);
  const token = newToken();
  const uploadId = await calls.startParts({ key: to, token });
  try {
    const starts = partStarts(head.bytes, partBytes);
    const etags: string[] = [];
    for (let done = 0; done < starts.length; done += objectStoreLimits.copiedPartsAtOnce) {
      const some = starts.slice(done, done + objectStoreLimits.copiedPartsAtOnce);
      const copied = some.map((start, i) => {
        const end = Math.min(head.bytes, start + partBytes);
        return calls.copyPart({ key: to, uploadId, number: done + i + 1, from, start, end });
      });
      // A part that arrives after the upload was given up would stay.
      await Promise.allSettled(copied);
      etags.push(...(await Promise.all(copied)));
    }
    if (await calls.finishParts({ key: to, uploadId, token, etags, isFirst })) return true;
    await calls.abortParts({ key: to, uploadId });
    return false;
  } catch (error) {
    await calls.abortParts({ key: to, uploadId }).catch(() => undefined);
    throw error;
  }
}

function partBytesOf({ partBytes = objectStoreLimits.copyBytesMax }: Copy): number {
  return partBytes;
}

function partStarts(bytes: number, partBytes: number): number[] {
  return Array.from({ length: Math.ceil(bytes / partBytes) }, (_, i) => i * partBytes);
}

function newToken(): string {
  return randomToken(storageLimits.temporaryTokenLength);
}
