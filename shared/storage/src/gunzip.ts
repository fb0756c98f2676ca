/**
 * gzip by node:zlib, which joins members and checks their sums. It ignores what follows zeros behind the last member, so what it has not consumed
 * is looked at here: only zeros may stand there (tapes and block devices pad with them).
 */
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { dataPlaneLimits, type InputRange } from '@gridmr/contracts';
import type { BlobReader } from './blob-store.js';
import { invalidInput } from './input-errors.js';
import { readPieces } from './input-pieces.js';

const pieceBytes = dataPlaneLimits.inputPieceBytes;

/** Throws `TaskError` `invalid_input`. */
export async function* gunzip(reader: BlobReader, range: InputRange): AsyncGenerator<Uint8Array, void> {
  const decoder = createGunzip({ chunkSize: pieceBytes });
  // The stream reads ahead, so that each piece needs bytes of its own. Failures arrive through the decoder.
  pipeline(Readable.from(copies(readPieces(reader, range, 0, range.file_bytes, pieceBytes))), decoder, () => {});
  try {
    for await (const piece of decoder) yield piece;
  } catch (error) {
    throw describe(error, range.path);
  }
  for (const piece of readPieces(reader, range, decoder.bytesWritten, range.file_bytes, pieceBytes)) {
    if (piece.some(byte => byte !== 0))
      throw invalidInput(range.path, 'has something behind its gzip data; compress it again');
  }
}

function* copies(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const piece of pieces) yield piece.slice();
}

function describe(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string' || !error.code.startsWith('Z_'))
    return error;
  if (error.code === 'Z_BUF_ERROR')
    return invalidInput(path, 'ends in the middle of its gzip data; upload it again', error);
  return invalidInput(
    path,
    `is not valid gzip data from its beginning to its end (${error.message}); compress it again`,
    error,
  );
}
