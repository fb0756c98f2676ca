import type { JobChangeEntry, JobPhase, JobStatus } from '@gridmr/contracts';
import { newJobId } from '@gridmr/contracts';
import { expect } from 'chai';
import { ToldJobs } from '../dist/live/told-jobs.js';

const none = { total: 1, pending: 0, running: 0, completed: 0, failed: 0 };
const counts = { progress: { map: 0, reduce: 0 }, tasks: { map: none, reduce: none } };

describe('what several API processes tell of one job', () => {
  const job_id = newJobId();
  let told: ToldJobs;
  beforeEach(() => {
    told = new ToldJobs();
  });

  const status = (state: JobStatus, phase: JobPhase | null = null, run = 1): JobChangeEntry => ({
    event: 'status',
    data: { job_id, status: state, phase, error: null, ...counts },
    run,
  });
  const progress = (phase: JobPhase, run = 1): JobChangeEntry => ({
    event: 'progress',
    data: { job_id, phase, ...counts },
    run,
  });
  const tasks = (run = 1): JobChangeEntry => ({ event: 'task', data: { job_id, map: {}, reduce: {} }, run });
  const done = (run = 1): JobChangeEntry => ({ ...status('completed', null, run), event: 'done' }) as JobChangeEntry;
  const over = (changes: JobChangeEntry[]) => changes.map(change => told.isOver(change));

  it('is told in the order in which it happens', () => {
    const all = [status('queued'), status('running', 'map'), tasks(), progress('map'), status('running', 'reduce')];
    expect(over([...all, status('completed'), done()])).to.deep.equal(Array(all.length + 2).fill(false));
  });

  it('is over when the end was told', () => {
    over([status('completed'), done()]);
    expect(over([status('running', 'commit'), progress('reduce'), tasks(), done()])).not.to.contain(false);
  });

  it('is over when a later phase was told', () => {
    over([status('running', 'reduce')]);
    expect(over([status('queued'), progress('map'), status('running', 'map')])).not.to.contain(false);
    expect(over([progress('reduce'), tasks(), status('running', 'commit')])).not.to.contain(true);
  });

  it('begins again with the next run, and the run before is over', () => {
    over([status('failed'), done()]);
    expect(over([status('queued', null, 2), progress('map', 2)])).to.deep.equal([false, false]);
    expect(over([progress('reduce', 1), tasks(1), done(1)])).not.to.contain(false);
  });
});
