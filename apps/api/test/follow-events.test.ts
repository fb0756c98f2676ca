import { connectRedis, EventPublisher, EventReader } from '@gridmr/runtime';
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { followEvents } from '../dist/index.js';
import { withApi } from './api-under-test.js';
import { attemptEvent, plannedEvent, verdictOf } from './submitted-job.js';

describe('followEvents', () => {
  const api = withApi();

  const finished = (id: string) => ({ type: 'finished' as const, job_id: id, at: '2030-01-01T00:00:09.000Z' });

  it('makes the record follow what workers publish', async () => {
    const id = await api().submitted();
    const redis = connectRedis(api().redisUrl, 'worker', api().log);
    const reader = new EventReader({
      redis,
      consumerName: 'test',
      handle: followEvents(api().dependencies),
      logger: api().log,
    });
    const workers = new EventPublisher(redis, api().log);
    const status = async () => (await api().http.get(`/api/v1/jobs/${id}/status`)).body;

    workers.publish(plannedEvent(id, 1, 1));
    workers.publish(attemptEvent(id, 0, 1, 'running'));
    await waitUntil('a running task', async () => (await status()).tasks.map.running === 1);
    await api().jobStore.commitVerdict(verdictOf(id, 'completed'));
    workers.publish(attemptEvent(id, 0, 1, 'committed'));
    workers.publish(finished(id));
    await waitUntil('the end of the job', async () => (await status()).status === 'completed');

    await reader.stop();
    redis.disconnect();
  });

  it('is not disturbed by news that come twice, too late, or of jobs that it does not know', async () => {
    const id = await api().submitted();
    const unknown = `j${'0'.repeat(22)}`;
    await api().jobStore.commitVerdict(verdictOf(id, 'failed'));
    const handle = followEvents(api().dependencies);
    await handle([plannedEvent(id, 1, 0), plannedEvent(unknown, 1, 0), finished(id)]);
    await handle([finished(id), plannedEvent(id, 9, 9), attemptEvent(id, 0, 1, 'running')]);
    expect(await api().history.findStatus(id)).to.include({ status: 'failed' });
  });

  it('waits for a verdict that the shared directory does not show yet', async () => {
    const id = await api().submitted();
    const handled = followEvents(api().dependencies)([finished(id)]);
    await api().jobStore.commitVerdict(verdictOf(id, 'completed'));
    await handled;
    expect((await api().history.findStatus(id))?.status).to.equal('completed');
  });

  it('throws if the record cannot be written, so that the news come again', async () => {
    const recordEvents = () => Promise.reject(new Error('the database is away'));
    const history = Object.create(api().history, { recordEvents: { value: recordEvents } });
    const handle = followEvents({ ...api().dependencies, history });
    let failure: unknown;
    await handle([finished('x')]).catch(error => {
      failure = error;
    });
    expect(failure).to.be.instanceOf(Error);
  });
});
