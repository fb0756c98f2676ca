import { once } from 'node:events';
import { endedChannel, messageIds } from '@gridmr/contracts';
import { connectRedis } from '@gridmr/runtime';
import { expect } from 'chai';
import { withApi } from './api-under-test.js';
import { verdictOf } from './submitted-job.js';

describe('POST /api/v1/jobs/{id}/cancel', () => {
  const api = withApi();
  const cancel = (id: string) => api().http.post(`/api/v1/jobs/${id}/cancel`);

  it('ends the job: 202 with its status, a verdict on the shared directory, intermediates to be removed', async () => {
    const id = await api().submitted();
    const answer = await cancel(id);
    expect(answer.status).to.equal(202);
    expect(answer.body).to.include({ job_id: id, status: 'cancelled' });
    expect((await api().jobStore.readVerdict(id))?.status).to.equal('cancelled');
    expect((await api().queues.control.getJob(messageIds.cleanUp(id)))?.data).to.deep.equal({ job_id: id });
  });

  it('tells workers to stop its attempts', async () => {
    const id = await api().submitted();
    const listener = connectRedis(api().redisUrl, 'subscriber', api().log);
    await listener.subscribe(endedChannel);
    const told = once(listener, 'message');
    await cancel(id);
    const [, text] = await told;
    listener.disconnect();
    expect(JSON.parse(text)).to.deep.equal({ job_id: id });
  });

  it('may be repeated', async () => {
    const id = await api().submitted();
    const [first, second] = await Promise.all([cancel(id), cancel(id)]);
    const third = await cancel(id);
    for (const answer of [first, second, third]) {
      expect(answer.status).to.equal(202);
      expect(answer.body.status).to.equal('cancelled');
    }
  });

  for (const status of ['completed', 'failed'] as const) {
    it(`answers 409 already_finished for a job that has ${status}`, async () => {
      const id = await api().submitted();
      await api().history.finishJob(verdictOf(id, status));
      expect((await cancel(id)).body).to.include({ status: 409, code: 'already_finished' });
      expect(await api().jobStore.readVerdict(id)).to.equal(undefined);
    });

    it(`answers 409 also if it has ${status} and the news has not come yet, and records that`, async () => {
      const id = await api().submitted();
      await api().jobStore.commitVerdict(verdictOf(id, status));
      expect((await cancel(id)).body).to.include({ status: 409, code: 'already_finished', job_id: id });
      expect((await api().history.findStatus(id))?.status).to.equal(status);
    });
  }

  it('answers 404 for the id of no job', async () => {
    const answer = await cancel(`j${'0'.repeat(22)}`);
    expect(answer.body).to.include({ status: 404, code: 'not_found' });
  });
});
