import { jobFiles, messageIds } from '@gridmr/contracts';
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { JobResumer, resumeJobs } from '../dist/index.js';
import { withApi } from './api-under-test.js';
import { verdictOf } from './submitted-job.js';

const never = new AbortController().signal;

describe('resumeJobs', () => {
  const api = withApi();

  it('queues every unfinished job again after Redis was wiped', async () => {
    const ids = [await api().submitted(), await api().submitted(), await api().submitted()];
    await api().redis.flushall();
    await resumeJobs(api().dependencies, never);
    for (const id of ids) expect(await api().isQueued(id)).to.equal(true);
  });

  it('leaves a job that is queued queued once', async () => {
    const id = await api().submitted();
    await resumeJobs(api().dependencies, never);
    await resumeJobs(api().dependencies, never);
    const messages = await api().queues.control.getJobs();
    expect(messages.map(message => message.id)).to.deep.equal([messageIds.plan(id)]);
  });

  it('writes again what was asked, if that is missing', async () => {
    const id = await api().submitted();
    await api().store.remove(jobFiles.asked(id));
    await resumeJobs(api().dependencies, never);
    expect(await api().jobStore.readAsked(id)).to.deep.equal(await api().history.askedJob(id));
  });

  it('records a verdict that nobody was told of, and does not queue its job', async () => {
    const id = await api().submitted();
    await api().jobStore.commitVerdict(verdictOf(id, 'completed'));
    await api().redis.flushall();
    await resumeJobs(api().dependencies, never);
    expect((await api().history.findStatus(id))?.status).to.equal('completed');
    expect(await api().isQueued(id)).to.equal(false);
  });

  it('leaves finished jobs alone', async () => {
    const id = await api().submitted();
    await api().history.finishJob(verdictOf(id, 'failed'));
    await api().redis.flushall();
    await resumeJobs(api().dependencies, never);
    expect(await api().isQueued(id)).to.equal(false);
  });
});

describe('JobResumer', () => {
  const api = withApi();

  it('tries until Redis takes the jobs', async () => {
    const id = await api().submitted();
    await api().redis.flushall();
    const { queue } = api().dependencies;
    let failures = 2;
    const addPlan = queue.addPlan.bind(queue);
    queue.addPlan = async jobId => {
      if (failures-- > 0) throw new Error('not yet');
      await addPlan(jobId);
    };
    await using resumer = new JobResumer(api().dependencies);
    resumer.request();
    await waitUntil('the job to be queued', () => api().isQueued(id));
    expect(failures).to.equal(-1);
  });

  it('makes another pass for what was asked during one', async () => {
    const { history } = api();
    let passes = 0;
    const counted = Object.create(history, {
      unfinishedJobs: {
        value: async () => {
          passes++;
          if (passes === 1) resumer.request();
          return [];
        },
      },
    });
    const resumer = new JobResumer({ ...api().dependencies, history: counted });
    resumer.request();
    await waitUntil('the second pass', () => passes === 2);
    await resumer[Symbol.asyncDispose]();
    resumer.request();
    expect(passes).to.equal(2);
  });
});
