/** MapReduce itself: splits, records, partition, sort, spill, segments, merge, group, parts. No Redis, no Express, no QuickJS. */

export * from './attempt-limits.js';
export * from './attempt-result.js';
export * from './bare-json.js';
export * from './bgzf.js';
export * from './block-slice.js';
export * from './byte-buffer.js';
export * from './checked-output.js';
export * from './compare-bytes.js';
export { viewOf } from './copy-bytes.js';
export * from './crc32c.js';
export * from './csv-cuts.js';
export * from './csv-rows.js';
export { CsvError } from './csv-scan.js';
export * from './disk-allowance.js';
export { firstRecords } from './first-records.js';
export * from './group-cursor.js';
export * from './held-pairs.js';
export * from './input-blocks.js';
export * from './key-encoding.js';
export * from './key-error.js';
export * from './key-json.js';
export * from './key-tally.js';
export {
  type KnownFunction,
  type KnownFunctions,
  knownSourceLengthMax,
  mayWantDistinct,
  noneKnown,
  recogniseFunction,
} from './known-function.js';
export * from './lines.js';
export * from './map-attempt.js';
export * from './output-format.js';
export * from './part-writer.js';
export * from './partition.js';
export * from './program.js';
export { byteOrderMark, endOfRecord } from './record-bounds.js';
export * from './reduce-attempt.js';
export * from './segment-damaged-error.js';
export * from './segment-reader.js';
export * from './segment-writer.js';
export * from './sort-memory.js';
export * from './splits.js';
export * from './text-blocks.js';
export type { NumberColumn, TextColumn, ValueColumn } from './value-column.js';
