/** The bytes of an object in order, for who can await them: a piece is held while the next one is fetched. */
import { objectStoreLimits } from '@gridmr/contracts';
import type { ByteRange } from '../blob-store.js';
import type { ObjectCalls, ObjectHead } from './object-calls.js';

/** Fails with `ObjectError`: `precondition` if the object was replaced meanwhile. */
export async function* objectPieces(
  calls: ObjectCalls,
  key: string,
  { etag, bytes }: ObjectHead,
  range: ByteRange,
): AsyncGenerator<Uint8Array> {
  const end = Math.min(range.end, bytes);
  const fetch = (start: number) => {
    const until = Math.min(end, start + objectStoreLimits.streamWindowBytes);
    const piece = calls.get({ key, start, end: until, etag });
    // Who stops early does not wait for it.
    piece.catch(() => undefined);
    return piece;
  };
  let ahead = range.start < end ? fetch(range.start) : undefined;
  for (let start = range.start; ahead !== undefined; ) {
    const piece: Uint8Array = await ahead;
    start += piece.length;
    ahead = start < end ? fetch(start) : undefined;
    yield piece;
  }
}
