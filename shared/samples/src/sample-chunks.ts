/** A sample of a wanted size, in pieces. The same kind, size and seed give the same bytes on every machine. */
import { Random } from './random.js';
import { type SampleKind, sampleLines } from './sample-lines.js';

const seedDefault = 20_260_101;
const chunkBytes = 1 << 20;

/** Whole lines, as many as it takes to reach `bytes`. */
export function* sampleChunks(kind: SampleKind, bytes: number, seed: number = seedDefault): Generator<string, void> {
  const line = sampleLines(kind, new Random(seed));
  let written = 0;
  let chunk = '';
  while (written < bytes) {
    chunk += line();
    if (chunk.length < chunkBytes && written + chunk.length < bytes) continue;
    yield chunk;
    written += chunk.length;
    chunk = '';
  }
}
