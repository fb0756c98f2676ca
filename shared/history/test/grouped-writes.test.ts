/** New jobs on their way into the embedded database: how many of them one commit stores. */
import { historyLimits } from '@gridmr/contracts';
import { expect } from 'chai';
import { GroupedWrites } from '../dist/grouped-writes.js';
import type { AddJobResult, NewJob } from '../dist/history.js';
import { anyJob, newJob } from './samples.js';

const { writesPerCommitMax } = historyLimits;

describe('new jobs that come together', () => {
  let groups: number[];
  let jobs: GroupedWrites<NewJob, AddJobResult>;

  beforeEach(() => {
    groups = [];
    jobs = new GroupedWrites(async group => {
      groups.push(group.length);
      return group.map(({ asked }) => ({ outcome: 'created', jobId: asked.job_id }));
    });
  });

  const addMany = (count: number) => Promise.all(Array.from({ length: count }, () => jobs.add(newJob(anyJob()))));

  it('do not wait for others if they come first', async () => {
    const added = newJob(anyJob());
    expect((await jobs.add(added)).jobId).to.equal(added.asked.job_id);
    expect(groups).to.deep.equal([1]);
  });

  it('are stored together if they come a moment after a commit', async () => {
    await jobs.add(newJob(anyJob()));
    await Promise.all([jobs.add(newJob(anyJob())), jobs.add(newJob(anyJob()))]);
    expect(groups).to.deep.equal([1, 2]);
  });

  it('are of a bounded number in one commit, and all of them are stored', async () => {
    await addMany(3 * writesPerCommitMax);
    expect(groups.reduce((a, b) => a + b)).to.equal(3 * writesPerCommitMax);
    expect(Math.max(...groups)).to.equal(writesPerCommitMax);
  });

  it('are stored one by one if one of them is not taken, and only that one fails', async () => {
    const bad = newJob(anyJob());
    jobs = new GroupedWrites(async group => {
      groups.push(group.length);
      if (group.some(({ asked }) => asked.job_id === bad.asked.job_id)) throw new Error('not this one');
      return group.map(({ asked }) => ({ outcome: 'created', jobId: asked.job_id }));
    });
    const first = jobs.add(newJob(anyJob()));
    const others = await Promise.allSettled([jobs.add(newJob(anyJob())), jobs.add(bad), jobs.add(newJob(anyJob()))]);
    await first;
    expect(others.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
    expect(groups).to.deep.equal([1, 3, 1, 1, 1]);
  });
});
