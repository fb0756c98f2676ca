/**
 * A split's records as blocks, whatever their format and however their files are compressed: the one entry to reading input.
 *
 * Plain lines, the commonest input, are read in place (`text-blocks.ts`). All else comes as a stream of pieces: CSV from where the range begins, compressed files
 * from their beginning through a decoder (`decompress.ts` of storage), and is cut into blocks by `record-window.ts`, or is one record.
 * One file is open at a time.
 */
import { dataPlaneLimits, type InputFormat, type InputRange, type Split } from '@gridmr/contracts';
import {
  type BlobReader,
  compressionOf,
  DecompressionBudget,
  decompress,
  inputChanged,
  readPieces,
} from '@gridmr/storage';
import { readCsvBlocks } from './csv-blocks.js';
import type { RecordBlock } from './program.js';
import { RecordWindow, type WindowLimits } from './record-window.js';
import { readTextBlocks } from './text-blocks.js';
import { readWholeFile } from './whole-file.js';

export interface InputSource {
  readonly split: Split;
  readonly format: InputFormat;
  readonly open: (path: string) => Promise<BlobReader>;
}

/**
 * The records of a split in order. **A block is valid until the next one is asked for.**
 * Throws `TaskError` `input_changed`, `record_too_large`, `invalid_input` or `invalid_record`, and what `open` throws.
 */
export async function* readInputBlocks(
  source: InputSource,
  limits: Partial<WindowLimits> = {},
): AsyncGenerator<RecordBlock, void> {
  const budget = new DecompressionBudget();
  for (const range of source.split.ranges) {
    using reader = await source.open(range.path);
    if (reader.bytes < range.file_bytes) throw inputChanged(range, reader.bytes);
    yield* readRange(reader, range, source.format, windowLimits(limits), budget);
  }
}

function windowLimits({ blockBytes, recordBytesMax }: Partial<WindowLimits>): WindowLimits {
  const recordMax = recordBytesMax ?? dataPlaneLimits.recordBytesMax;
  return { recordBytesMax: recordMax, blockBytes: Math.min(blockBytes ?? dataPlaneLimits.blockBytes, recordMax) };
}

function readRange(
  reader: BlobReader,
  range: InputRange,
  format: InputFormat,
  limits: WindowLimits,
  budget: DecompressionBudget,
): Iterable<RecordBlock> | AsyncIterable<RecordBlock> {
  const compression = compressionOf(range.path);
  const isLines = format === 'text' || format === 'jsonl';
  if (compression === 'none' && isLines) return readTextBlocks(reader, range, { ...limits, format });
  const pieceBytes = Math.min(dataPlaneLimits.inputPieceBytes, limits.blockBytes);
  const piecesFrom = (start: number, end: number) =>
    compression === 'none'
      ? readPieces(reader, range, start, end, pieceBytes)
      : decompress(reader, range, compression, budget);
  if (format === 'csv') return readCsvBlocks(range, piecesFrom, limits);
  if (isLines) return readLineBlocks(range.path, format, piecesFrom(0, range.file_bytes), limits);
  return readWholeFile(range, format, piecesFrom(0, range.file_bytes));
}

async function* readLineBlocks(
  path: string,
  format: InputFormat,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  limits: WindowLimits,
): AsyncGenerator<RecordBlock, void> {
  const window = new RecordWindow(path, format, 0, limits);
  for await (const piece of pieces) {
    window.append(piece);
    for (let taken = window.take(); taken !== undefined; taken = window.take()) yield { path, format, ...taken };
  }
  window.end();
  for (let taken = window.take(); taken !== undefined; taken = window.take()) yield { path, format, ...taken };
}
