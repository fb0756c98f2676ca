import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';

const entry = new URL('../dist/bound-heap.js', import.meta.url);

/**
 * Keeps some 50 MB alive, and leaves many times that behind: each object is one of the last 400,000, more than the young generation has room for, so that it has
 * become old. (Of 100,000, which it just has room for, all or none became old, by chance.) Prints the greatest heap in MB.
 */
const program = `
  const { boundHeap } = await import(process.argv[1]);
  if (process.argv[2] === 'bounded') boundHeap();
  const alive = Array.from({ length: 100_000 }, (_, i) => ({ i, name: String(i) }));
  const passing = [];
  let most = 0;
  for (let i = 0; i < 6_000_000; i++) {
    passing[i % 400_000] = { i, text: 'x' + i };
    if (i % 10_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed);
  }
  console.log(Math.round(most / 2 ** 20), alive.length);
`;

async function greatestHeapMb(kind: 'bounded' | 'free'): Promise<number> {
  const args = ['--input-type=module', '-e', program, entry.href, kind];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Number.parseInt(stdout, 10);
}

describe('a bounded heap', function () {
  this.timeout(60_000);

  it('is collected well before it has grown as far as V8 would let it', async () => {
    const [bounded, free] = [await greatestHeapMb('bounded'), await greatestHeapMb('free')];
    expect(bounded).to.be.below(free * 0.85);
  });
});
