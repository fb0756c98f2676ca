/** What an attempt may have on disks is bounded, whatever its program emits. */
import { TaskError } from '@gridmr/contracts';
import { TemporaryDirectory } from '@gridmr/testkit';
import { expect } from 'chai';
import { DiskAllowance } from '../dist/disk-allowance.js';
import { HeldPairs } from '../dist/held-pairs.js';
import { runMapAttempt } from '../dist/map-attempt.js';
import { ScratchDirectory } from '../dist/scratch-file.js';
import { blocksOf, contextOf, failureOf, MemorySink } from './run-job.js';
import { V8Sandbox } from './v8-sandbox.js';

const lines = Array.from({ length: 500 }, (_, i) => `line ${i}`);
/** Runs of 1 KB: some twenty of them, merged by twos. */
const limits = { sortBufferBytes: 1024, mergeFanInMax: 2, writeBufferBytes: 256, segmentFrameBytes: 256 };

describe('the disk of an attempt', () => {
  let directory: TemporaryDirectory;
  before(async () => {
    directory = await TemporaryDirectory.create('disk');
  });
  after(() => directory[Symbol.asyncDispose]());

  async function mapWith(disk: DiskAllowance, reducers: number): Promise<MemorySink> {
    const output = new MemorySink();
    await runMapAttempt({
      blocks: blocksOf([lines]),
      sandbox: new V8Sandbox({ map: (line, emit) => emit(line, line) }, 10),
      context: contextOf('map', reducers),
      output,
      reducers,
      outputFormat: 'tsv',
      scratch: directory.path,
      disk,
      limits,
    });
    return output;
  }

  it('is taken by what it spills', async () => {
    const error = await failureOf(mapWith(new DiskAllowance(4000), 2));
    expect(error).to.be.instanceOf(TaskError);
    const told = (error as TaskError).error;
    expect(told.code).to.equal('disk_limit');
    expect(told.message).to.match(/needs more than the 0 MiB of disk that it may have; emit less/);
  });

  it('is taken by its output', async () => {
    const error = await failureOf(mapWith(new DiskAllowance(4000), 0));
    expect(error).to.be.instanceOf(TaskError).with.nested.property('error.code', 'disk_limit');
  });

  it('is given back with each run that was merged', async () => {
    const segment = (await mapWith(new DiskAllowance(1e6), 2)).content.length;
    // Merges by twos write everything four times over; at no time is more there than runs, what is made of them, and the segment.
    await mapWith(new DiskAllowance(4 * segment), 2);
  });

  it('is taken by pairs that are held, and given back when they are let go', () => {
    const disk = new DiskAllowance(1000);
    using held = new HeldPairs(directory.path, { disk, bytesMax: 0 });
    const pairs = {
      count: 1,
      keyBytes: new Uint8Array(600),
      keyEnds: Uint32Array.of(600),
      values: { kind: 'numbers', numbers: Float64Array.of(1) },
      partitions: undefined,
    } as const;
    for (let i = 0; i < 3; i++) {
      held.add(pairs, 0);
      expect(() => held.add(pairs, 0)).to.throw(TaskError);
      held.clear();
    }
  });

  it('is that of one attempt: files of another do not count', () => {
    using first = new ScratchDirectory(directory.path, new DiskAllowance(100));
    using second = new ScratchDirectory(directory.path, new DiskAllowance(100));
    for (const scratch of [first, second]) {
      using file = scratch.create();
      file.writeSync(new Uint8Array(100));
    }
  });
});
