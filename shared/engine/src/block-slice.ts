/** Some of a block's records as a block of their own: the same bytes, and places in the input that are right. */
import type { RecordBlock } from './program.js';
import { endOfRecord, isBlank } from './record-bounds.js';

/** Records [from, to), counted with blank lines. Cost: a look at each byte before `to`. */
export function sliceBlock(block: RecordBlock, from: number, to: number): RecordBlock {
  const { bytes, format } = block;
  if (format === 'whole_file' || format === 'bytes') {
    return from === 0 && to > 0 ? block : { ...block, bytes: bytes.subarray(0, 0), records: 0 };
  }
  let at = 0;
  let start = 0;
  let records = 0;
  let index = 0;
  for (; index < to && at < bytes.length; index++) {
    if (index === from) start = at;
    const found = endOfRecord(bytes, at, format);
    const end = found === -1 ? bytes.length : found;
    if (index >= from && !isBlank(bytes, at, end, format)) records++;
    at = found === -1 ? end : found + 1;
  }
  if (index <= from) start = at;
  return { ...block, bytes: bytes.subarray(start, at), offset: block.offset + start, records };
}
