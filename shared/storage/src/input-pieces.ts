/** Bytes of a plain file in order, a piece at a time. */
import type { InputRange } from '@gridmr/contracts';
import type { BlobReader } from './blob-store.js';
import { inputChanged } from './input-errors.js';

/** A piece is valid until the next one is asked for. Throws `TaskError` `input_changed` if the file ends before `end`. */
export function* readPieces(
  reader: BlobReader,
  range: InputRange,
  start: number,
  end: number,
  pieceBytes: number,
): Generator<Uint8Array, void> {
  const buffer = new Uint8Array(Math.min(pieceBytes, Math.max(0, end - start)));
  for (let position = start; position < end; ) {
    const wanted = buffer.subarray(0, Math.min(buffer.length, end - position));
    const bytes = reader.readSync(wanted, position);
    position += bytes;
    if (bytes < wanted.length) throw inputChanged(range, position);
    yield wanted;
  }
}
