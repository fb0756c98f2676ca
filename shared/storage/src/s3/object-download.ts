/** An object on its way to somebody: what is said of it and what is read of it are of the same content, or reading fails. */
import type { BlobDownload, BlobPath, ByteRange } from '../blob-store.js';
import { StorageError } from '../storage-error.js';
import type { ObjectCalls, ObjectHead } from './object-calls.js';
import { guardedObject } from './object-errors.js';
import { objectPieces } from './object-pieces.js';

export function openObjectDownload(
  path: BlobPath,
  { key, head }: { readonly key: string; readonly head: ObjectHead },
  calls: ObjectCalls,
): BlobDownload {
  const { bytes, modifiedMs, etag } = head;
  return {
    path,
    bytes,
    modifiedMs,
    // A content that comes back has its etag again, and not its time.
    version: `${etag.replaceAll('"', '')}-${modifiedMs}`,
    async *pieces(range: ByteRange) {
      if (range.end > bytes) throw new StorageError('io_error', path, `${path} was cut short while it was read`);
      const pieces = objectPieces(calls, key, head, range);
      for (;;) {
        const { done, value } = await guardedObject(path, 'read', () => pieces.next());
        if (done) return;
        yield value;
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}
