import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { sampleChunks } from '../dist/sample-chunks.js';
import { type SampleKind, sampleKinds } from '../dist/sample-lines.js';

const sampleOf = (kind: SampleKind, bytes: number, seed?: number) => [...sampleChunks(kind, bytes, seed)].join('');

describe('sampleChunks', () => {
  for (const kind of sampleKinds) {
    it(`${kind}: gives whole lines up to the size, the same for the same seed, others for another`, () => {
      const sample = sampleOf(kind, 100_000, 5);
      expect(sample.length).to.be.within(100_000, 100_300);
      expect(sample.endsWith('\n')).to.equal(true);
      expect(Buffer.byteLength(sample)).to.equal(sample.length);
      expect(sampleOf(kind, 100_000, 5)).to.equal(sample);
      expect(sampleOf(kind, 100_000, 6)).not.to.equal(sample);
    });
  }

  it('begins a greater sample as a smaller one', () => {
    expect(sampleOf('text', 3_000_000).startsWith(sampleOf('text', 2_000_000))).to.equal(true);
  });

  it('gives the bytes that figures were measured on', () => {
    const digest = createHash('sha256').update(sampleOf('text', 1_000_000)).digest('hex');
    expect(digest).to.equal('733f0b694d9a474434ba7c4e7714d37ebf166d63167d6eb775c38a33bda35fdf');
  });

  it('makes sort records of 100 bytes, JSON that parses and CSV with its header', () => {
    expect(sampleOf('records', 1000)).to.match(/^(?:[0-9a-z]{99}\n){10}$/);
    for (const line of sampleOf('json', 10_000).trimEnd().split('\n'))
      expect(JSON.parse(line).items).to.be.within(1, 9);
    expect(sampleOf('csv', 100).split('\n')[0]).to.equal('user,amount,country,items,note');
  });
});
