/** The bounds of one attempt's memory, files and batches: those of `dataPlaneLimits`, unless the caller wants other ones. */
import { dataPlaneLimits } from '@gridmr/contracts';

type LimitName =
  | 'sortBufferBytes'
  | 'combineSpillBytes'
  | 'combineCallBytes'
  | 'mergeFanInMax'
  | 'groupBatchBytes'
  | 'segmentFrameBytes'
  | 'writeBufferBytes';

/** See `dataPlaneLimits` for what each bounds. */
export type AttemptLimits = { readonly [Name in LimitName]: number };

export function attemptLimits(given: Partial<AttemptLimits> = {}): AttemptLimits {
  return { ...dataPlaneLimits, ...given };
}
