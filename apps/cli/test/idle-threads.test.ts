import type { Split } from '@gridmr/contracts';
import { bytesPerMb } from '@gridmr/contracts';
import { planSplits, splitBytesOf } from '@gridmr/engine';
import { expect } from 'chai';
import { findIdleThreads } from '../dist/local/idle-threads.js';

const splitBytes = splitBytesOf(32);

function splitsOf(files: Readonly<Record<string, number>>): readonly Split[] {
  return [
    ...planSplits(
      Object.entries(files).map(([path, mb]) => ({ path, bytes: mb * bytesPerMb })),
      splitBytes,
    ),
  ];
}

describe('findIdleThreads', () => {
  it('names a size of split that has one for each thread', () => {
    const files = { 'a.txt': 100 };
    const splits = splitsOf(files);
    expect(splits).to.have.length(4);
    const idle = findIdleThreads(splits, 'text', 12);
    expect(idle).to.deep.equal({ threads: 12, busy: 4, splitSizeMb: 8.4 });
    const smaller = [...planSplits([{ path: 'a.txt', bytes: 100 * bytesPerMb }], splitBytesOf(8.4))];
    expect(smaller).to.have.length(12);
  });

  it('has nothing to say where each thread had a split, or none would have much of one', () => {
    expect(findIdleThreads(splitsOf({ 'a.txt': 100 }), 'text', 4)).to.equal(undefined);
    expect(findIdleThreads(splitsOf({ 'a.txt': 31 }), 'text', 8)).to.equal(undefined);
    expect(findIdleThreads(splitsOf({}), 'text', 8)).to.equal(undefined);
  });

  it('sees that packed files can be told apart, and a compressed one, or one that is a record, cannot be cut', () => {
    const packed = splitsOf({ 'a.gz': 15, 'b.gz': 15 });
    expect(packed).to.have.length(1);
    expect(findIdleThreads(packed, 'text', 2)).to.deep.equal({ threads: 2, busy: 1, splitSizeMb: 15 });
    expect(findIdleThreads(splitsOf({ 'a.gz': 100 }), 'text', 2)).to.equal(undefined);
    expect(findIdleThreads(splitsOf({ 'a.png': 30 }), 'bytes', 2)).to.equal(undefined);
  });
});
