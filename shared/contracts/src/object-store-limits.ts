/** Bounds of the object store (`shared/storage/src/s3`). */

const kib = 1024;
const mib = 1024 * kib;
const secondMs = 1000;

export const objectStoreLimits = {
  /** What is written up to this goes in one request; more is sent in parts of this size. S3 takes no smaller ones but the last. */
  partBytes: 8 * mib,
  /** After so many parts they become larger: an object has 10,000 at most. */
  smallPartsMax: 1000,
  largePartBytes: 32 * mib,
  partsMax: 10_000,
  /** Parts of one file that are on their way at once; who writes faster waits. */
  partsInFlightMax: 2,
  /** A copy inside the store up to this is one request; more is copied in parts of this size. S3 allows 5 GiB. */
  copyBytesMax: 1024 * mib,
  copiedPartsAtOnce: 4,
  /** What a file is read by: the first piece, and the largest of one that is read from one end to the other, which is also fetched one ahead. */
  windowBytesMin: 128 * kib,
  windowBytesMax: 4 * mib,
  /** All pieces of one thread's open files together: with many of them, each has smaller ones. */
  windowsBytesMax: 64 * mib,
  /** Read at once where a file is sent to somebody, who may be slow: this piece and the next are held. */
  streamWindowBytes: 2 * mib,
  /** A file up to this is moved by reading and writing it, so that it replaces nothing. */
  movedByValueBytesMax: 1 * mib,
  keysPerPage: 1000,
  keysRemovedAtOnce: 1000,
  filesMovedAtOnce: 8,
  /** A whole key, in UTF-8: what S3 allows. One name in it: what file systems allow, so that a file can go from one to the other. */
  keyBytesMax: 1024,
  nameBytesMax: 255,
  connectMs: 3 * secondMs,
  /** A connection on which nothing moves for so long is given up, and a request that takes this long is too. */
  idleMs: 10 * secondMs,
  requestMs: 60 * secondMs,
  connectionsMax: 64,
  /** How often a thread that waits for an answer looks up, so that it can be ended. */
  waitSliceMs: 500,
  claimBytesMax: 2 * kib,
} as const;
