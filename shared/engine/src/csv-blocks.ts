/**
 * CSV as blocks of whole records. A plain file's range begins and ends where records do (`csv-cuts.ts`), so nothing is skipped and nothing
 * is read past its end; the header is read from the file's beginning for every range. A compressed file is one range.
 */
import { dataPlaneLimits, type InputRange } from '@gridmr/contracts';
import { invalidInput } from '@gridmr/storage';
import { csvRows } from './csv-rows.js';
import { CsvError } from './csv-scan.js';
import type { RecordBlock } from './program.js';
import { RecordWindow, type WindowLimits } from './record-window.js';

type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** @param piecesFrom the file's bytes from `start` on; of a compressed file always all. A piece is valid until the next */
export async function* readCsvBlocks(
  range: InputRange,
  piecesFrom: (start: number, end: number) => Pieces,
  limits: WindowLimits,
): AsyncGenerator<RecordBlock, void> {
  const { path, start, end, file_bytes } = range;
  const window = new RecordWindow(path, 'csv', start, limits);
  let columns = start === 0 ? undefined : await readColumns(path, piecesFrom(0, file_bytes), limits);
  const blocks = function* () {
    columns ??= takeColumns(path, window);
    if (columns === undefined) return;
    for (let taken = window.take(); taken !== undefined; taken = window.take()) {
      if (taken.records > 0) yield { path, format: 'csv', columns, ...taken } as const;
    }
  };
  for await (const piece of piecesFrom(start, end)) {
    window.append(piece);
    yield* blocks();
  }
  window.end();
  yield* blocks();
}

/** Reads a file only as far as its header goes. */
async function readColumns(path: string, pieces: Pieces, limits: WindowLimits): Promise<readonly string[]> {
  const window = new RecordWindow(path, 'csv', 0, limits);
  for await (const piece of pieces) {
    window.append(piece);
    const columns = takeColumns(path, window);
    if (columns !== undefined) return columns;
  }
  window.end();
  return takeColumns(path, window) ?? [];
}

function takeColumns(path: string, window: RecordWindow): readonly string[] | undefined {
  const header = window.takeFirst();
  if (header === undefined) return undefined;
  const columns = rowsOf(path, header.bytes)[0] ?? [];
  if (columns.length === 0)
    throw invalidInput(path, 'begins with a blank line, where the names of its columns must stand');
  if (columns.length > dataPlaneLimits.csvColumnsMax) {
    throw invalidInput(
      path,
      `has ${columns.length} columns in its first line, and a record may have at most ${dataPlaneLimits.csvColumnsMax}`,
    );
  }
  const seen = new Set<string>();
  for (const name of columns) {
    if (seen.has(name))
      throw invalidInput(
        path,
        `has two columns ${JSON.stringify(name)} in its first line, which must name each column once`,
      );
    seen.add(name);
  }
  return columns;
}

function rowsOf(path: string, bytes: Uint8Array): string[][] {
  try {
    return csvRows(bytes);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw invalidInput(path, `cannot be read as CSV: its first line ${error.message}`, error);
  }
}
