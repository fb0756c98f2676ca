/** Words whose frequencies follow Zipf's law, as those of English text do: the i-th is asked for 1/i times as often as the first. */
import type { Random } from './random.js';

const vocabulary = 44_000;

/** Answers one word after the other. */
export function zipfWords(random: Random): () => string {
  const words = Array.from({ length: vocabulary }, () => random.word(2, 12));
  const sums = new Float64Array(vocabulary);
  let sum = 0;
  for (let i = 0; i < vocabulary; i++) {
    sum += 1 / (i + 1);
    sums[i] = sum;
  }
  return () => {
    const wanted = random.fraction() * sum;
    let low = 0;
    for (let high = vocabulary - 1; low < high; ) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return words[low] ?? '';
  };
}
