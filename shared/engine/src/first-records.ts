/** Only the first records of a split: for trying a program out on a sample. */
import type { RecordBlock } from './program.js';
import { endOfRecord, isBlank } from './record-bounds.js';

/** The blocks of the first `recordsMax` records; the last of them is cut. A block is valid until the next one is asked for. */
export async function* firstRecords(
  blocks: AsyncIterable<RecordBlock>,
  recordsMax: number,
): AsyncGenerator<RecordBlock, void> {
  let left = recordsMax;
  for await (const block of blocks) {
    const taken = cutBlock(block, left);
    if (taken.records > 0) yield taken;
    left -= taken.records;
    if (left <= 0) return;
  }
}

/** At most `records` of them. Cost: O(bytes that stay). */
function cutBlock(block: RecordBlock, records: number): RecordBlock {
  if (block.records <= records) return block;
  const { bytes, format } = block;
  let end = 0;
  for (let left = records; left > 0; ) {
    const newlineAt = endOfRecord(bytes, end, format);
    const next = newlineAt === -1 ? bytes.length : newlineAt + 1;
    if (!isBlank(bytes, end, newlineAt === -1 ? next : newlineAt, format)) left--;
    end = next;
  }
  return { ...block, bytes: bytes.subarray(0, end), records };
}
