/** Which tasks share a message. */
import type { Plan } from '@gridmr/contracts';
import { expect } from 'chai';
import { bundleTasks, tasksPerMessage } from '../dist/steps/bundle-tasks.js';

function planOf(map_tasks: number, bytes: number): Plan {
  const input = { files: 1, bytes };
  return { job_id: 'j', token: 't', map_tasks, reduce_tasks: 1, input, planned_at: new Date().toISOString() };
}

describe('tasks per message', () => {
  it('are 10 for very many tiny tasks, fewer for fewer, so that there are messages to share', () => {
    expect(tasksPerMessage(planOf(10_000, 80_000))).to.equal(10);
    expect(tasksPerMessage(planOf(1_000_000, 8_000_000))).to.equal(10);
    expect(tasksPerMessage(planOf(1000, 8000))).to.equal(5);
    expect(tasksPerMessage(planOf(399, 3000))).to.equal(1);
  });

  it('are one if there is more to a task than a few lines, or nothing at all', () => {
    expect(tasksPerMessage(planOf(10_000, 50_000_000))).to.equal(1);
    expect(tasksPerMessage(planOf(0, 0))).to.equal(1);
  });
});

describe('bundles', () => {
  it('are neighbours under the name of the first, without those that are committed', () => {
    expect(bundleTasks(0, 10, 4, index => index === 5)).to.deep.equal([
      { first: 0, tasks: [0, 1, 2, 3] },
      { first: 4, tasks: [4, 6, 7] },
      { first: 8, tasks: [8, 9] },
    ]);
  });

  it('have the same names whatever is committed', () => {
    expect(bundleTasks(1000, 1006, 3, index => index < 1004)).to.deep.equal([{ first: 1003, tasks: [1004, 1005] }]);
    expect(bundleTasks(0, 3, 1, index => index === 1).map(({ first }) => first)).to.deep.equal([0, 2]);
    expect(bundleTasks(0, 3, 3, () => true)).to.deep.equal([]);
  });
});
