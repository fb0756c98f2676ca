/** Without keys: whom the API answers on a machine that also runs a browser. */
import { problemSchema } from '@gridmr/contracts';
import { expect } from 'chai';
import { withApi } from './api-under-test.js';
import { ListeningApp } from './event-stream.js';
import { send } from './raw-request.js';
import { as, withKeys } from './with-keys.js';

const jobs = '/api/v1/jobs';

describe('without keys, a request', () => {
  const api = withApi();

  async function statusOf(headers: Record<string, string>, path = jobs): Promise<number> {
    await using app = await ListeningApp.open(api().app);
    const { status, body } = await send(app.url, { method: 'GET', path, headers, body: () => undefined });
    if (status !== 200) expect(problemSchema.parse(JSON.parse(String(body))).code).to.equal('forbidden');
    return status;
  }

  for (const host of ['localhost:3000', '127.0.0.1', '127.1.2.3:80', '[::1]:3000', 'LOCALHOST']) {
    it(`to ${host} is answered`, async () => {
      expect(await statusOf({ host })).to.equal(200);
    });
  }

  for (const host of [
    'evil.example',
    'localhost.evil.example:3000',
    '192.168.0.7:3000',
    'a b',
    '127.0.0.1.evil.example',
  ]) {
    it(`to ${host}, which a page of others may have had lead here, is refused`, async () => {
      expect(await statusOf({ host })).to.equal(403);
    });
  }

  for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1.evil.example']) {
    it(`of a page of ${origin} is refused`, async () => {
      expect(await statusOf({ host: 'localhost', origin })).to.equal(403);
    });
  }

  it('of a page of this machine is answered', async () => {
    expect(await statusOf({ host: 'localhost:3000', origin: 'http://localhost:5173' })).to.equal(200);
  });

  it('for the health of the service is answered at any name', async () => {
    expect(await statusOf({ host: 'evil.example' }, '/health/live')).to.equal(200);
  });
});

describe('with keys, a request', () => {
  const api = withKeys();

  it('to any name is answered', async () => {
    expect(
      (
        await api()
          .http.get(jobs)
          .set({ ...as('ann'), host: 'gridmr.example' })
      ).status,
    ).to.equal(200);
  });
});
