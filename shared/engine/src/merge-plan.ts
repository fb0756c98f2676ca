/**
 * Which sources to merge first when there are more than may be merged at once.
 *
 * A pass goes over the sources from left to right and cuts them into windows of consecutive ones; each window of two or
 * more becomes one new source in its place, so order is kept. Merging k sources leaves k - 1 fewer: windows are no longer
 * than it takes to come down to the fan-in, and the sources after the last such window are left alone.
 * Example: 7 sources at fan-in 4: the first 4 make one, then 1 1 1: `[4, 1, 1, 1]`. 65 at fan-in 64: `[2, 1, 1, …]`.
 * Cost: each record is written at most once a pass, and there are ⌈log(n) / log(fan-in)⌉ - 1 passes.
 */

/** The lengths of the windows, in order. Their sum is `sources`. */
export function planMergePass(sources: number, fanIn: number): number[] {
  if (fanIn < 2) throw new RangeError(`a merge needs at least 2 sources at once, not ${fanIn}`);
  const windows: number[] = [];
  let excess = sources - fanIn;
  for (let left = sources; left > 0; ) {
    const length = Math.max(1, Math.min(left, fanIn, excess + 1));
    windows.push(length);
    left -= length;
    excess -= length - 1;
  }
  return windows;
}
