/**
 * Seeded schedules of faults, one after the other on one stack: each job completes exactly, whatever died on the way.
 * `npm run chaos -- --minutes 10 --seed 1` runs as many as fit into a time.
 */
import { testSeed } from '@gridmr/testkit';
import { expect } from 'chai';
import { chaosSchedule, describeSchedule, faultKinds } from './schedules/chaos-schedule.js';
import { ChaosStack } from './schedules/chaos-stack.js';
import { runSchedule } from './schedules/run-schedule.js';

const schedules = 6;

describe('a schedule of faults', () => {
  it('follows from its seed alone', () => {
    expect(chaosSchedule(7)).to.deep.equal(chaosSchedule(7));
    expect(chaosSchedule(7)).to.not.deep.equal(chaosSchedule(8));
  });

  it('has every kind of fault among the first hundred seeds', () => {
    const kinds = Array.from({ length: 100 }, (_, seed) => chaosSchedule(seed).faults.map(fault => fault.kind)).flat();
    expect([...new Set(kinds)].sort()).to.deep.equal([...faultKinds].sort());
  });
});

describe('jobs under a schedule of faults', function () {
  this.timeout(120_000);
  let stack: ChaosStack;
  before(async () => {
    stack = await ChaosStack.start();
  });
  after(() => stack?.[Symbol.asyncDispose]());

  for (let i = 0; i < schedules; i++) {
    const schedule = chaosSchedule(testSeed + i);
    it(`${schedule.seed}: ${describeSchedule(schedule)}`, async () => {
      await runSchedule(stack, schedule);
    });
  }
});
