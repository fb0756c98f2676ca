/** Which tasks share a message, and who makes their attempts. */
import type { Plan } from '@gridmr/contracts';
import { expect } from 'chai';
import { BundleClaims } from '../dist/attempts/bundle-claims.js';
import { bundleTasks, tasksPerMessage } from '../dist/steps/bundle-tasks.js';

function planOf(map_tasks: number, bytes: number): Plan {
  const input = { files: 1, bytes };
  return { job_id: 'j', token: 't', map_tasks, reduce_tasks: 1, input, planned_at: new Date().toISOString() };
}

describe('tasks per message', () => {
  it('are 40 for very many tiny tasks, fewer for fewer, so that there are messages to share', () => {
    expect(tasksPerMessage(planOf(10_000, 80_000))).to.equal(40);
    expect(tasksPerMessage(planOf(1_000_000, 8_000_000))).to.equal(40);
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

describe('claims of a bundle', () => {
  it('give each task once, in order, to all that share them', () => {
    const claims = new BundleClaims(3);
    const threads = new BundleClaims(3, claims.shared);
    expect([threads.claim(), claims.claim(), threads.claim(), threads.claim(), claims.claim()]).to.deep.equal([
      0,
      1,
      2,
      undefined,
      undefined,
    ]);
    expect(claims.claimed).to.equal(3);
  });

  it('end when the bundle is closed, which says how many were begun', () => {
    const claims = new BundleClaims(5);
    claims.claim();
    claims.claim();
    expect(claims.close()).to.equal(2);
    expect(claims.claim()).to.equal(undefined);
  });
});
