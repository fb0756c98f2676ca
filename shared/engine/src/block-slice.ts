/** Some of a block's records as a block of their own: the same bytes, and places in the input that are right. */
import type { InputFormat } from '@gridmr/contracts';
import type { RecordBlock } from './program.js';
import { endOfRecord, isBlank } from './record-bounds.js';

/** Records [from, to), counted with blank lines. Cost: a look at each byte before `to`. */
export function sliceBlock(block: RecordBlock, from: number, to: number): RecordBlock {
  const { bytes, format } = block;
  if (format === 'whole_file' || format === 'bytes') {
    return from === 0 && to > 0 ? block : { ...block, bytes: bytes.subarray(0, 0), records: 0 };
  }
  let start = 0;
  for (let index = 0; index < from && start < bytes.length; index++) start = recordEnd(bytes, start, format).next;
  let records = 0;
  let at = start;
  for (let index = from; index < to && at < bytes.length; index++) {
    const { end, next } = recordEnd(bytes, at, format);
    if (!isBlank(bytes, at, end, format)) records++;
    at = next;
  }
  return { ...block, bytes: bytes.subarray(start, at), offset: block.offset + start, records };
}

function recordEnd(bytes: Uint8Array, from: number, format: InputFormat): { end: number; next: number } {
  const found = endOfRecord(bytes, from, format);
  return found === -1 ? { end: bytes.length, next: bytes.length } : { end: found, next: found + 1 };
}
