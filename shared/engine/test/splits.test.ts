import { dataPlaneLimits, type InputFormat, jobLimits, type Split, splitSchema, TaskError } from '@gridmr/contracts';
import { propertyOptions } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import { planSplits, splitBytesOf } from '../dist/splits.js';
import { propertyMs } from './deadlines.js';

const ranges = (splits: Iterable<Readonly<Split>>) =>
  Array.from(splits, ({ ranges }) => ranges.map(({ path, start, end }) => `${path} ${start}-${end}`).join(', '));

describe('planSplits', () => {
  const golden: [string, number, string[]][] = [
    ['an empty file', 0, []],
    ['a file smaller than a split', 5, ['a 0-5']],
    ['a file of whole splits', 200, ['a 0-100', 'a 100-200']],
    ['a remainder of a tenth', 210, ['a 0-100', 'a 100-200', 'a 200-210']],
    ['a smaller remainder', 209, ['a 0-100', 'a 100-209']],
    ['one byte too many', 101, ['a 0-101']],
  ];
  for (const [what, bytes, expected] of golden) {
    it(`cuts ${what}`, () => expect(ranges(planSplits([{ path: 'a', bytes }], 100))).to.deep.equal(expected));
  }

  it('keeps the order of files and leaves out empty ones', () => {
    const files = [
      { path: 'b', bytes: 150 },
      { path: 'empty', bytes: 0 },
      { path: 'a', bytes: 1 },
    ];
    expect(ranges(planSplits(files, 100))).to.deep.equal(['b 0-100', 'b 100-150', 'a 0-1']);
  });

  it('covers every byte exactly once, in pieces of nearly the size asked for', () => {
    fc.assert(
      fc.property(fc.nat(150), fc.integer({ min: 1, max: 60 }), (bytes, splitBytes) => {
        const planned = [...planSplits([{ path: 'a', bytes }], splitBytes)];
        const splits = planned.flatMap(split => split.ranges);
        expect(splits[0]?.start ?? 0).to.equal(0);
        expect(splits.at(-1)?.end ?? 0).to.equal(bytes);
        for (const whole of planned) expect(splitSchema.parse(whole)).to.deep.equal(whole);
        for (const [i, split] of splits.entries()) {
          expect(split.file_bytes).to.equal(bytes);
          if (i > 0) expect(split.start).to.equal(splits[i - 1]!.end);
          expect(split.end - split.start).to.be.within(1, splitBytes * 1.1);
          if (i < splits.length - 1) expect(split.end - split.start).to.equal(splitBytes);
        }
      }),
      propertyOptions(200),
    );
  }).timeout(propertyMs);

  it('makes splits that cannot be changed', () => {
    const [split] = planSplits([{ path: 'a', bytes: 1 }], 1);
    expect(split).to.satisfy(Object.isFrozen);
    expect(split!.ranges[0]).to.satisfy(Object.isFrozen);
  });

  it('is lazy: the first split of a petabyte costs nothing', () => {
    let asked = 0;
    function* files() {
      for (;;) yield { path: `${asked++}`, bytes: 2 ** 20 };
    }
    expect(planSplits(files(), 2 ** 20).next().value).to.deep.include({
      ranges: [{ path: '0', start: 0, end: 2 ** 20, file_bytes: 2 ** 20 }],
    });
    expect(asked).to.equal(1);
  });

  it('makes as many splits as a job may have', () => {
    const splits = planSplits([{ path: 'a', bytes: jobLimits.mapTasksMax }], 1);
    let count = 0;
    for (const _ of splits) count++;
    expect(count).to.equal(jobLimits.mapTasksMax);
  }).timeout(propertyMs);

  it('refuses one more, and says what to do', () => {
    const splits = planSplits([{ path: 'a', bytes: jobLimits.mapTasksMax + 1 }], 1);
    expect(() => splits.next())
      .to.throw(TaskError, /more than 1000000 map tasks.*greater split_size_mb/)
      .with.nested.property('error.code', 'too_many_tasks');
  });

  for (const splitBytes of [0, -1, 1.5, Number.NaN]) {
    it(`refuses splits of ${splitBytes} bytes`, () => {
      expect(() => planSplits([], splitBytes).next()).to.throw(RangeError, 'at least 1');
    });
  }
});

describe('planSplits, packing', () => {
  const plan = (sizes: Record<string, number>, format: InputFormat = 'text') =>
    ranges(
      planSplits(
        Object.entries(sizes).map(([path, bytes]) => ({ path, bytes })),
        100,
        format,
      ),
    );

  it('packs whole small files in their order, and nothing with pieces of a cut one', () => {
    expect(plan({ a: 250, b: 30, c: 60, d: 20, e: 90, f: 120, g: 5 })).to.deep.equal([
      'a 0-100',
      'a 100-200',
      'a 200-250',
      'b 0-30, c 0-60',
      'd 0-20',
      'e 0-90',
      'f 0-100',
      'f 100-120',
      'g 0-5',
    ]);
  });

  it('does not cut files that are records, or compressed, and keeps empty ones of these', () => {
    expect(plan({ a: 250, b: 0, c: 10 }, 'bytes')).to.deep.equal(['a 0-250', 'b 0-0, c 0-10']);
    expect(plan({ 'a.gz': 250, 'b.zst': 30, c: 0, 'd.gz': 0 })).to.deep.equal(['a.gz 0-250', 'b.zst 0-30, d.gz 0-0']);
  });

  it('keeps the bounds of one split', () => {
    const { filesPerSplitMax, splitPlanBytesMax } = dataPlaneLimits;
    const files = (count: number, name: string) =>
      Array.from({ length: count }, (_, i) => ({ path: `${name}${i}`, bytes: 1 }));
    const splits = [...planSplits(files(filesPerSplitMax * 2, 'f'), 1e9)];
    for (const { ranges: packed } of splits) {
      expect(packed.length).to.be.at.most(filesPerSplitMax);
      expect(Buffer.byteLength(JSON.stringify(packed))).to.be.at.most(splitPlanBytesMax + 2);
    }
    expect([...planSplits(files(65, 'x'.repeat(2000)), 1e9)].length).to.equal(3);
  });

  it('cuts only where a file may be cut', () => {
    expect(ranges(planSplits([{ path: 'a', bytes: 250, cuts: [120] }], 100, 'csv'))).to.deep.equal([
      'a 0-120',
      'a 120-250',
    ]);
    expect(ranges(planSplits([{ path: 'a', bytes: 250, cuts: [] }], 100, 'csv'))).to.deep.equal(['a 0-250']);
  });
});

describe('splitBytesOf', () => {
  it('gives whole bytes, at least one', () => {
    expect(splitBytesOf(32)).to.equal(33_554_432);
    expect(splitBytesOf(0.000_001)).to.equal(1);
    expect(splitBytesOf(0.000_000_1)).to.equal(1);
  });
});
