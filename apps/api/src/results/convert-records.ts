/**
 * Reads records of one format and writes them in another, batch by batch: what is held is never more than a chunk and a record.
 * Cost: every record is decoded; about 20 ns a byte.
 */
import type { OutputFormat } from '@gridmr/contracts';
import { type NextKeyKind, pairFormats } from './pair-format.js';
import { RecordScanner } from './record-scanner.js';

export async function* convertRecords(
  chunks: AsyncIterable<Uint8Array>,
  from: OutputFormat,
  to: OutputFormat,
  nextKeyKind: NextKeyKind = () => undefined,
): AsyncGenerator<Buffer> {
  const { read } = pairFormats[from];
  const { write } = pairFormats[to];
  for await (const records of wholeRecords(chunks, from)) {
    let written = '';
    for (const [key, value] of read(records.toString('utf8'), nextKeyKind)) written += write(key, value);
    yield Buffer.from(written);
  }
}

/** The same bytes, cut where records end. A last record needs no end. */
async function* wholeRecords(chunks: AsyncIterable<Uint8Array>, format: OutputFormat): AsyncGenerator<Buffer> {
  const scanner = new RecordScanner(format);
  let begun: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const end = scanner.lastEnd(chunk);
    if (end === 0) {
      if (chunk.length > 0) begun.push(chunk);
      continue;
    }
    yield Buffer.concat([...begun, chunk.subarray(0, end)]);
    begun = end < chunk.length ? [chunk.subarray(end)] : [];
  }
  if (begun.length > 0) yield Buffer.concat(begun);
}
