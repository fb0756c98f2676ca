import { readdirSync } from 'node:fs';
import { TaskError } from '@gridmr/contracts';
import { propertyOptions, TemporaryDirectory } from '@gridmr/testkit';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Key } from '../dist/key-encoding.js';
import { naiveJob } from './naive-job.js';
import { key as anyKey } from './random-keys.js';
import { failureOf, type Job, runJob } from './run-job.js';
import type { Program } from './v8-sandbox.js';

/** Records are JSON texts of pairs. */
const emitRecord: Program['map'] = (record, emit) => {
  const [key, value] = JSON.parse(record);
  emit(key, value);
};

const listValues: Program = { map: emitRecord, reduce: (key, values, emit) => emit(key, [...values]) };

const sum: NonNullable<Program['reduce']> = (key, values, emit) => {
  let total = 0;
  // Texts are put together, as `+` does.
  for (const value of values) total += value as number;
  emit(key, total);
};

const identity: NonNullable<Program['reduce']> = (key, values, emit) => {
  for (const value of values) emit(key, value);
};

/** Few texts, so that they repeat, and some values that are no texts. */
const emitFew: Program['map'] = (record, emit) => {
  const [key, value] = JSON.parse(record);
  emit(key, value < -6 ? [value] : value > 6 ? value : `${value % 3}`);
};

const distinct: NonNullable<Program['reduce']> = (key, values, emit) => emit(key, [...new Set(values)]);

const eachOnce: NonNullable<Program['reduce']> = (key, values, emit) => {
  for (const value of new Set(values)) emit(key, value);
};

/** Some records get a text for a value: those with the number 9. */
function withText(record: string): string {
  const [key, value] = JSON.parse(record);
  return value === 9 ? JSON.stringify([key, 'nine']) : record;
}

const byLength = (key: Key, reducers: number) => JSON.stringify(key).length % reducers;

const limits = fc.record({
  sortBufferBytes: fc.integer({ min: 200, max: 900 }),
  combineSpillBytes: fc.integer({ min: 200, max: 900 }),
  combineCallBytes: fc.integer({ min: 1, max: 60 }),
  mergeFanInMax: fc.integer({ min: 2, max: 5 }),
  groupBatchBytes: fc.integer({ min: 1, max: 80 }),
  segmentFrameBytes: fc.integer({ min: 1, max: 60 }),
  writeBufferBytes: fc.integer({ min: 1, max: 100 }),
});

/** Few keys in most jobs, so that groups are big; any keys in others. */
const someKey = fc.oneof({ weight: 3, arbitrary: fc.constantFrom<Key[]>('a', 'b', 'ab', 1, true, ['a', 1]) }, anyKey);
const record = fc.tuple(someKey, fc.integer({ min: -9, max: 9 })).map(pair => JSON.stringify(pair));
const tasks = fc.array(fc.array(fc.array(record, { maxLength: 12 }), { maxLength: 3 }), { maxLength: 7 });

const job = (program: Program): fc.Arbitrary<Job> =>
  fc.record({
    program: fc.constantFrom(program, { ...program, partition: byLength }),
    tasks,
    reducers: fc.integer({ min: 1, max: 4 }),
    limits,
    pairsPerHandOver: fc.integer({ min: 1, max: 20 }),
  });

describe('runMapAttempt and runReduceAttempt', function () {
  this.timeout(20_000);
  let directory: TemporaryDirectory;
  before(async () => {
    directory = await TemporaryDirectory.create();
  });
  after(async () => {
    await directory[Symbol.asyncDispose]();
  });

  const holds = (arbitrary: fc.Arbitrary<Job>, check: (job: Job) => Promise<void>, runs = 30) =>
    fc.assert(fc.asyncProperty(arbitrary, check), propertyOptions(runs));

  it('give every group its values in map-task order, then emission order, whatever the limits', () =>
    holds(job(listValues), async job => {
      const expected = naiveJob(job);
      const { parts, counters } = await runJob(job, directory.path);
      expect(parts).to.deep.equal(expected.parts);
      expect(counters).to.include({
        map_input_records: expected.records,
        map_output_records: expected.records,
        combine_input_records: 0,
        reduce_input_groups: expected.groups,
        reduce_input_records: expected.records,
        reduce_output_records: expected.groups,
      });
      expect(counters.spilled_records).to.be.at.least(expected.records);
    }));

  it('give the same with a combiner of integers', () =>
    holds(job({ map: emitRecord, combine: sum, reduce: sum }), async job => {
      const { parts, counters } = await runJob(job, directory.path);
      expect(parts).to.deep.equal(naiveJob(job).parts);
      expect(counters.combine_input_records).to.be.at.least(counters.map_output_records);
      expect(counters.combine_output_records).to.be.at.most(counters.combine_input_records);
    }));

  it('give the same where the host adds up, whatever the values', () =>
    holds(
      job({ map: emitRecord, reduce: sum }).map(job => ({
        ...job,
        tasks: job.tasks.map(blocks => blocks.map(lines => lines.map(withText))),
        known: { combine: undefined, reduce: 'sum' },
      })),
      async job => {
        const { parts, counters } = await runJob(job, directory.path);
        expect(parts).to.deep.equal(naiveJob(job).parts);
        expect(counters.reduce_input_records).to.equal(counters.map_output_records);
      },
    ));

  it('give the same where the host adds up what is combined', () =>
    holds(
      job({ map: emitRecord, combine: sum, reduce: sum }).map(job => ({
        ...job,
        known: { combine: 'sum', reduce: 'sum' },
      })),
      async job => {
        const { parts, counters } = await runJob(job, directory.path);
        expect(parts).to.deep.equal(naiveJob(job).parts);
        expect(counters.combine_input_records).to.be.at.least(counters.map_output_records);
      },
    ));

  it('give the same where the host leaves out what a set has already', () =>
    holds(
      fc.tuple(job({ map: emitFew, reduce: distinct }), fc.boolean()).map(([job, combines]) => ({
        ...job,
        program: combines ? { ...job.program, combine: eachOnce } : job.program,
        known: { combine: combines ? 'distinct' : undefined, reduce: 'distinct' },
      })),
      async job => {
        const { parts, counters } = await runJob(job, directory.path);
        const expected = naiveJob(job);
        expect(parts).to.deep.equal(expected.parts);
        expect(counters.map_output_records).to.equal(expected.records);
        expect(counters.reduce_input_records).to.be.at.most(expected.records);
        if (job.program.combine === undefined) expect(counters.combine_input_records).to.equal(0);
        else expect(counters.combine_input_records).to.be.at.least(expected.records);
      },
    ));

  it('give the same where the host copies pairs', () =>
    holds(
      job({ map: emitRecord, reduce: identity }).map(job => ({
        ...job,
        tasks: job.tasks.map(blocks => blocks.map(lines => lines.map(withText))),
        known: { combine: undefined, reduce: 'identity' },
      })),
      async job => {
        const { parts, counters } = await runJob(job, directory.path);
        expect(parts).to.deep.equal(naiveJob(job).parts);
        expect(counters.reduce_input_records).to.equal(counters.map_output_records);
      },
    ));

  it('give the same bytes when they run again', () =>
    holds(
      job({
        map: emitRecord,
        combine: (key, values, emit) => emit(key, [...values].flat()),
        reduce: listValues.reduce!,
      }),
      async job => {
        const first = await runJob(job, directory.path);
        const second = await runJob(job, directory.path);
        expect(second.segments.map(segment => segment.toString('hex'))).to.deep.equal(
          first.segments.map(segment => segment.toString('hex')),
        );
        expect(second).to.deep.equal(first);
      },
      12,
    ));

  it('leave no file open', async () => {
    const open = () => readdirSync('/proc/self/fd').length;
    const narrow = { ...small, mergeFanInMax: 2, sortBufferBytes: 600 };
    const before = open();
    await runJob({ program: listValues, tasks: manyTasks, reducers: 3, limits: narrow }, directory.path);
    const failing: Program = {
      map: emitRecord,
      combine: () => {
        throw new TaskError({ code: 'user_code_error', message: 'no' });
      },
      reduce: sum,
    };
    const failed = await failureOf(
      runJob({ program: failing, tasks: manyTasks, reducers: 3, limits: narrow }, directory.path),
    );
    expect(failed.message).to.equal('no');
    expect(open()).to.equal(before);
  });

  it('pass a group far bigger than every buffer through in small batches', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => JSON.stringify(['hot', i]));
    const program: Program = {
      map: emitRecord,
      reduce: (key, values, emit) => {
        let count = 0;
        let last = -1;
        for (const value of values) {
          if (value !== last + 1) throw new Error(`${value} after ${last}`);
          last = value as number;
          count++;
        }
        emit(key, count);
      },
    };
    const limits = { ...small, sortBufferBytes: 5000, mergeFanInMax: 4 };
    const { parts } = await runJob(
      { program, tasks: [[lines]], reducers: 1, limits, pairsPerHandOver: 999 },
      directory.path,
    );
    expect(parts).to.deep.equal(['{"key":"hot","value":5000}\n']);
  });

  it('skip the values that reduce left unread', async () => {
    const program: Program = { map: emitRecord, reduce: (key, values, emit) => emit(key, values.next().value) };
    const { parts } = await runJob({ program, tasks: manyTasks, reducers: 1, limits: small }, directory.path);
    expect(parts).to.deep.equal(['{"key":"a","value":0}\n{"key":"b","value":1}\n']);
  });

  it('take pairs of setup and teardown too, these uncombined', async () => {
    const program: Program = {
      map: emitRecord,
      combine: (key, values, emit) => emit(key, `${[...values].length} combined`),
      reduce: listValues.reduce!,
      setup: emit => emit('a', 'setup'),
      teardown: emit => emit('a', 'teardown'),
    };
    const { parts } = await runJob({ program, tasks: [[['["a",1]']]], reducers: 1, limits: {} }, directory.path);
    // The reduce task's setup and teardown emit lines of their own.
    expect(parts).to.deep.equal([
      '{"key":"a","value":"setup"}\n{"key":"a","value":["2 combined","teardown"]}\n{"key":"a","value":"teardown"}\n',
    ]);
  });

  it('write the pairs of a map-only job as they come, unsorted', async () => {
    const program: Program = { map: emitRecord };
    const records = [['["b",1]', '["a",2]'], ['["b",3]']];
    const { parts, counters } = await runJob(
      { program, tasks: [records, []], reducers: 0, limits: {} },
      directory.path,
    );
    expect(parts).to.deep.equal(['{"key":"b","value":1}\n{"key":"a","value":2}\n{"key":"b","value":3}\n', '']);
    expect(counters).to.include({
      map_input_records: 3,
      map_input_bytes: 24,
      map_output_records: 3,
      spilled_records: 0,
    });
    expect(counters.user).to.deep.equal({ calls: 2 });
  });

  for (const [what, other] of [
    ['another key', 'z'],
    ['a key that came before', 'a'],
  ] as const) {
    it(`refuse a combiner that emits ${what}`, async () => {
      const program: Program = {
        map: emitRecord,
        combine: (key, _, emit) => emit(key === 'b' ? other : 'b', 1),
        reduce: sum,
      };
      const error = await failureOf(
        runJob({ program, tasks: [[['["b",1]', '["c",1]']]], reducers: 1, limits: {} }, directory.path),
      );
      expect(error).to.be.instanceOf(TaskError);
      expect((error as TaskError).error).to.include({
        code: 'user_code_error',
        record: `"${other}"`,
        input_path: 'in.txt',
      });
      expect(error.message).to.match(/^combine emitted the key "[az]", which is not the key that it was given/);
    });
  }
});

const small = { groupBatchBytes: 64, segmentFrameBytes: 100, writeBufferBytes: 100 };
const manyTasks = Array.from({ length: 9 }, () => [
  Array.from({ length: 30 }, (_, i) => JSON.stringify([i % 2 ? 'b' : 'a', i])),
]);
