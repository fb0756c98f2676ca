/** Tells when an input has too few splits for the threads of a local run, and which size of split would have work for all of them. */
import { bytesPerMb, type InputFormat, type Split } from '@gridmr/contracts';
import { isUncut } from '@gridmr/engine';

/** Below it a thread is busy for so short that nobody need know. */
const adviceBytesPerThread = 4 * bytesPerMb;

export interface IdleThreads {
  readonly threads: number;
  readonly busy: number;
  /** A `split_size_mb` that has a split for each thread. */
  readonly splitSizeMb: number;
}

/** Undefined if all threads had a split, or smaller splits would not help: the input is small, or not cut (compressed files, files that are records). */
export function findIdleThreads(
  splits: readonly Split[],
  format: InputFormat,
  threads: number,
): IdleThreads | undefined {
  if (splits.length >= threads) return undefined;
  const bytesPerThread = splits.reduce((sum, split) => sum + divisibleBytes(split, format), 0) / threads;
  if (bytesPerThread < adviceBytesPerThread) return undefined;
  // Rounded up, by one place: a rest would be a split too many, which begins when the others end.
  return { threads, busy: splits.length, splitSizeMb: Math.ceil((bytesPerThread / bytesPerMb) * 10) / 10 };
}

/** Of several files that are packed, and of one that may be cut. */
function divisibleBytes({ ranges }: Split, format: InputFormat): number {
  const isWhole = ranges.length === 1 && ranges.every(({ path }) => isUncut(path, format));
  return isWhole ? 0 : ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}
