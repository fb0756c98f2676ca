/**
 * A guest that writes into its own memory what it likes, as if the engine had a hole: at random places, or where the pairs lie that the host is about to read.
 * Memory is found by standing in for `WebAssembly.Memory` while the guest is made.
 */
import type { PairBlock } from '@gridmr/engine';
import { compileQuickJs, openQuickJsSandbox } from '@gridmr/sandbox';
import { type Random, randomFor } from '@gridmr/testkit';
import { block, functionsOf, mapContext, readPairs, sourceOf } from './attempt.js';

const memoryBytes = 32 * 1024 * 1024;
const wordsForgedMax = 400;

const source = sourceOf({
  map: `(line, ctx) => {
    for (let i = 0; i < 50; i++) { ctx.emit('key' + i, i); ctx.emit(['k', i], { a: 'é' + i }); ctx.emit('s', 'text'.repeat(i)); ctx.count('n'); ctx.log(line); }
  }`,
});

interface MemoryOwner {
  Memory: new (pages: object) => { readonly buffer: ArrayBuffer };
}

/** One attempt whose guest's memory is forged between two blocks, by a seed. Resolves if the host saw nothing wrong. */
export async function runCorrupted(seed: string, deadlineMs: number): Promise<void> {
  const random = randomFor(seed);
  const { module } = await compileQuickJs();
  const owner = (globalThis as unknown as { WebAssembly: MemoryOwner }).WebAssembly;
  const OwnMemory = owner.Memory;
  let memory: { readonly buffer: ArrayBuffer } | undefined;
  owner.Memory = class extends OwnMemory {
    constructor(pages: object) {
      super(pages);
      memory = this;
    }
  };
  try {
    const functions = functionsOf(source);
    using sandbox = await openQuickJsSandbox({ module, source, functions, memoryBytes, deadlineMs });
    const sink = (pairs: PairBlock) => void readPairs(pairs);
    sandbox.begin(mapContext, sink);
    for (let times = 0; times < 5; times++) {
      sandbox.mapBlock(block('a\nb\n'));
      forge(memory?.buffer, random);
    }
    sandbox.end();
  } finally {
    owner.Memory = OwnMemory;
  }
}

function forge(buffer: ArrayBuffer | undefined, random: Random): void {
  if (buffer === undefined) throw new Error('the memory of the guest was not found');
  const words = new Uint32Array(buffer);
  const used = Array.from(words.keys()).filter(at => words[at] !== 0);
  for (let forged = random.int(1, wordsForgedMax); forged > 0; forged--) {
    const other = words[random.pick(used)] ?? 0;
    const kinds = [other, random.bits(), random.int(0, buffer.byteLength), 0xffff_fff9 + (other % 7)];
    words[random.pick(used)] = random.pick(kinds);
  }
}
