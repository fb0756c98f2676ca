/** MapReduce itself: splits, records, partition, sort, spill, segments, merge, group, parts. No Redis, no Express, no QuickJS. */

export * from './attempt-limits.js';
export * from './attempt-result.js';
export * from './byte-buffer.js';
export * from './checked-output.js';
export * from './crc32c.js';
export * from './csv-cuts.js';
export * from './csv-rows.js';
export { CsvError } from './csv-scan.js';
export * from './group-cursor.js';
export * from './input-blocks.js';
export * from './key-column.js';
export * from './key-encoding.js';
export * from './key-error.js';
export * from './key-json.js';
export * from './lines.js';
export * from './map-attempt.js';
export * from './output-format.js';
export * from './partition.js';
export * from './program.js';
export { endOfRecord } from './record-bounds.js';
export * from './reduce-attempt.js';
export * from './segment-damaged-error.js';
export * from './segment-reader.js';
export * from './segment-writer.js';
export * from './splits.js';
export * from './text-blocks.js';
