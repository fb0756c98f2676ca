/** MapReduce itself: splits, records, partition, sort, spill, segments, merge, group, parts. No Redis, no Express, no QuickJS. */
export * from './program.js';
