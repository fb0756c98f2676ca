import { dataPlaneLimits, sandboxLimits } from '@gridmr/contracts';

/** Numbers that guest and host share in a `Uint32Array` of the guest's memory. The host believes none of them unchecked. */
export const headerSlots = {
  /** Index of the record or group that user code works on. */
  record: 0,
  /** Pairs handed over. */
  count: 1,
  valueKind: 2,
  /** 1 if any key, or any value, of a hand-over is JSON text: the marks say which. */
  markedKeys: 3,
  markedValues: 4,
  /** Written by the host: what the values of a batch of groups are, and 1 if its last group goes on in the next one. */
  batchKind: 5,
  open: 6,
  /** 1 while the user's `partition` runs. */
  partitioning: 7,
  /** 1 when a record could not be made of the input. */
  invalid: 8,
  /** Where bad records are skipped: of the pairs handed over, those of records that have ended. */
  settled: 9,
  /** The same: 1 if user code has counted or logged what the host does not know yet. */
  noted: 10,
} as const;
export const headerLength = 11;

/** Written by the host in the place of a record's index: none has begun. */
export const noRecord = 0xffff_ffff;

const { pairsPerBlockMax } = sandboxLimits;
const { batchGroupsMax, batchNumbersMax } = dataPlaneLimits;

/** Bytes of the arrays in memory that guest and host share. */
export const sharedBytes = {
  header: headerLength * Uint32Array.BYTES_PER_ELEMENT,
  /** Of pairs on their way out: values that are numbers, what `partition` said, and 1 where a key or a value is JSON text. */
  numbers: pairsPerBlockMax * Float64Array.BYTES_PER_ELEMENT,
  partitions: pairsPerBlockMax * Uint32Array.BYTES_PER_ELEMENT,
  keyMarks: pairsPerBlockMax,
  valueMarks: pairsPerBlockMax,
  /** Of groups on their way in. */
  groupCounts: batchGroupsMax * Uint32Array.BYTES_PER_ELEMENT,
  groupNumbers: batchNumbersMax * Float64Array.BYTES_PER_ELEMENT,
} as const;
export type SharedArray = keyof typeof sharedBytes;
export const sharedArrays = Object.keys(sharedBytes) as SharedArray[];

/** `numbers`: in the shared array. `texts`: strings, and what else is no number, in an array of the guest's. */
export const valueKinds = { numbers: 0, texts: 1 } as const;
/** `numbers`: in the shared array. `strings`: joined by newlines. `json`: as one JSON array. */
export const batchKinds = { numbers: 0, strings: 1, json: 2 } as const;
