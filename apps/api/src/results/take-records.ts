/** The first records of a stream of bytes; whatever feeds it is told to stop as soon as they are through. */
import type { OutputFormat } from '@gridmr/contracts';
import { RecordScanner } from './record-scanner.js';

export async function* takeRecords(
  chunks: AsyncIterable<Uint8Array>,
  format: OutputFormat,
  records: number,
): AsyncGenerator<Uint8Array> {
  const scanner = new RecordScanner(format);
  let left = records;
  for await (const chunk of chunks) {
    let end = 0;
    for (let next = 0; next >= 0 && left > 0; ) {
      next = scanner.endAfter(chunk, end);
      if (next < 0) continue;
      end = next;
      left--;
    }
    yield left === 0 ? chunk.subarray(0, end) : chunk;
    if (left === 0) return;
  }
}
