/** Files that are records themselves: `whole_file` and `bytes`. */
import { dataPlaneLimits, type InputFormat, type InputRange } from '@gridmr/contracts';
import { fileTooLarge } from './input-errors.js';
import type { RecordBlock } from './program.js';

/** One block of one record, also of an empty file. Throws `TaskError` `record_too_large` for a file beyond `wholeFileBytesMax`. */
export async function* readWholeFile(
  range: InputRange,
  format: InputFormat,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<RecordBlock, void> {
  const { path } = range;
  const bytesMax = dataPlaneLimits.wholeFileBytesMax;
  const copies: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > bytesMax) throw fileTooLarge(path, bytesMax);
    copies.push(piece.slice());
  }
  yield { path, format, bytes: Buffer.concat(copies, length), offset: 0, records: 1 };
}
