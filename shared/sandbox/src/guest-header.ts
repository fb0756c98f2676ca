import { sandboxLimits } from '@gridmr/contracts';

/** Numbers that guest and host share in a `Uint32Array` of the guest's memory. The host believes none of them unchecked. */
export const headerSlots = {
  /** Index of the record or group that user code works on. */
  record: 0,
  /** Pairs handed over. */
  count: 1,
  keyKind: 2,
  valueKind: 3,
  /** Written by the host: 1 if the last group of a batch goes on in the next one. */
  open: 4,
  /** 1 while the user's `partition` runs. */
  partitioning: 5,
  /** 1 when a record could not be made of the input. */
  invalid: 6,
} as const;
export const headerLength = 8;

/** The arrays in memory that guest and host share. */
export const sharedArrays = ['header', 'numbers', 'partitions'] as const;
export type SharedArray = (typeof sharedArrays)[number];

export const sharedBytes: Record<SharedArray, number> = {
  header: headerLength * Uint32Array.BYTES_PER_ELEMENT,
  numbers: sandboxLimits.pairsPerBlockMax * Float64Array.BYTES_PER_ELEMENT,
  partitions: sandboxLimits.pairsPerBlockMax * Uint32Array.BYTES_PER_ELEMENT,
};

/** `plain`: strings without newline or NUL, joined by newlines. `json`: one JSON array. */
export const keyKinds = { plain: 0, json: 1 } as const;
/** `numbers`: in the shared Float64Array. `strings`: as plain keys. `json`: JSON texts joined by newlines. */
export const valueKinds = { numbers: 0, strings: 1, json: 2 } as const;

/** What the host answers to a hand-over: taken, or what to send again as JSON, because it held newlines. */
export const handOverAnswers = { taken: 0, keysAsJson: 1, valuesAsJson: 2 } as const;
