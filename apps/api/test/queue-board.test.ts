import { expect } from 'chai';
import { withApi } from './api-under-test.js';

describe('/admin/queues', function () {
  this.timeout(30_000);
  const api = withApi();

  it('shows all queues, and the message of a job', async () => {
    await api().submitted();
    const { body } = await api()
      .http.get('/admin/queues/api/queues?activeQueue=control&status=latest&page=1')
      .expect(200);
    const names = body.queues.map((queue: { name: string }) => queue.name);
    expect(names).to.have.members(['control', 'tasks', 'hold']);
    const [control] = body.queues.filter((queue: { name: string }) => queue.name === 'control');
    expect(control.readOnlyMode).to.equal(true);
    expect(control.jobs.map((message: { name: string }) => message.name)).to.deep.equal(['plan']);
  });

  for (const path of ['control/pause', 'control/empty', 'control/clean/wait', 'control/add']) {
    it(`refuses to change anything: ${path}`, async () => {
      const jobId = await api().submitted();
      await api().http.put(`/admin/queues/api/queues/${path}`).expect(405);
      await api().http.post(`/admin/queues/api/queues/${path}`).expect(405);
      expect(await api().isQueued(jobId)).to.equal(true);
      expect(await api().queues.control.isPaused()).to.equal(false);
    });
  }

  it('has a page that names nothing of other sites, and rules that let nothing of them in', async () => {
    const { text, headers } = await api().http.get('/admin/queues').expect(200);
    expect(text)
      .to.include('<script')
      .and.not.match(/(?:src|href)="(?:https?:)?\/\//);
    const rules = headers['content-security-policy'];
    expect(rules)
      .to.be.a('string')
      .and.not.match(/https:|upgrade-insecure-requests/);
  });
});
