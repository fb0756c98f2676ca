/** API keys, sessions, and the log of who did what. */
import { auditEntrySchema, createdKeySchema, keySchema } from '@gridmr/contracts';
import { expect } from 'chai';
import request from 'supertest';
import { createApp } from '../dist/index.js';
import { type ApiUnderTest, withApi, withParts, wordCount } from './api-under-test.js';
import { ListeningApp } from './event-stream.js';
import { as, secrets, settingsOfKeys, withKeys } from './with-keys.js';

const keys = '/api/v1/keys';
const session = '/api/v1/session';
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

async function create(api: ApiUnderTest, body: object, headers: Record<string, string> = as('ops')) {
  return await api.http.post(keys).set(headers).send(body);
}

async function whoIs(api: ApiUnderTest, headers: Record<string, string>) {
  return await api.http.get(session).set(headers);
}

describe('POST /api/v1/keys', () => {
  const api = withKeys();

  it('makes a key that works at once, and shows its secret this once', async () => {
    const answer = await create(api(), { name: 'carl', role: 'user' });
    expect(answer.status).to.equal(201);
    expect(answer.headers['cache-control']).to.equal('no-store');
    const { secret, key_id } = createdKeySchema.strict().parse(answer.body);
    expect(secret).to.match(/^gmr_k[0-9a-z]{16}_[\w-]{43}$/);
    expect((await whoIs(api(), bearer(secret))).body).to.deep.include({ client_id: 'carl', role: 'user', key_id });
    const listed = await api().http.get(keys).set(as('ops'));
    expect(listed.text).to.include(key_id).and.not.include(secret.slice(-43));
  });

  it('stores the hash of the secret, and the secret nowhere', async () => {
    const { secret, key_id } = (await create(api(), { name: 'carl', role: 'user' })).body;
    const row = await api().history.keys.find(key_id);
    expect(row?.secret_hash).to.match(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(row)).not.to.include(secret.slice(-43));
    expect(JSON.stringify(api().log.lines)).not.to.include(secret.slice(-43));
  });

  it('gives keys of one name the same jobs, so that one can take the place of another', async () => {
    const old = (await create(api(), { name: 'carl', role: 'user' })).body;
    const { job_id } = (await api().submit(wordCount, bearer(old.secret))).body;
    const fresh = (await create(api(), { name: 'carl', role: 'user' })).body;
    expect((await api().http.delete(`${keys}/${old.key_id}`).set(as('ops'))).status).to.equal(204);
    expect((await whoIs(api(), bearer(old.secret))).status).to.equal(401);
    expect((await api().http.get(`/api/v1/jobs/${job_id}`).set(bearer(fresh.secret))).status).to.equal(200);
  });

  it('makes keys that expire', async () => {
    const expires_at = new Date(Date.now() + 60_000).toISOString();
    const { secret, key_id } = (await create(api(), { name: 'carl', role: 'viewer', expires_at })).body;
    expect((await whoIs(api(), bearer(secret))).body.expires_at).to.equal(expires_at);
    const row = await api().history.keys.find(key_id);
    if (row === undefined) throw new Error('the key is not stored');
    await api().history.keys.remove(key_id);
    await api().history.keys.add({ ...row, expires_at: new Date(Date.now() - 1).toISOString() });
    // Another process, which believes nothing yet.
    const other = await anotherApi(api());
    expect((await request(other).get(session).set(bearer(secret))).status).to.equal(401);
  });

  const refused: [string, object][] = [
    ['no name', { role: 'user' }],
    ['a name that is no directory', { name: '../ann', role: 'user' }],
    ['a name with capitals', { name: 'Ann', role: 'user' }],
    ['an unknown role', { name: 'carl', role: 'root' }],
    ['the role of a scraper', { name: 'carl', role: 'scraper' }],
    ['a secret of its own', { name: 'carl', role: 'user', secret: 'x'.repeat(40) }],
    ['an end in the past', { name: 'carl', role: 'user', expires_at: '2020-01-01T00:00:00Z' }],
  ];
  for (const [what, body] of refused) {
    it(`refuses ${what}: 400`, async () => {
      expect((await create(api(), body)).body).to.include({ status: 400, code: 'invalid_request' });
    });
  }
});

/** Over the same parts. */
async function anotherApi(api: ApiUnderTest) {
  const { createAccessControl } = await import('../dist/index.js');
  const { history, redis, log: logger } = api;
  const access = createAccessControl({ history, redis, logger, ...settingsOfKeys });
  return createApp({ ...api.dependencies, access });
}

describe('the first key', () => {
  const api = withApi();

  it('turns authentication on, and must be one of an admin that lasts', async () => {
    const { http } = api();
    const refusals = [
      { name: 'ann', role: 'user' },
      { name: 'ops', role: 'admin', expires_at: new Date(Date.now() + 60_000).toISOString() },
    ];
    for (const body of refusals) {
      expect((await create(api(), body, {})).body).to.include({ status: 409, code: 'last_admin_key' });
    }
    const { secret, key_id } = (await create(api(), { name: 'ops', role: 'admin' }, {})).body;
    expect((await http.get('/api/v1/jobs')).status).to.equal(401);
    await create(api(), { name: 'ann', role: 'user' }, bearer(secret));
    const answer = await http.delete(`${keys}/${key_id}`).set(bearer(secret));
    expect(answer.body).to.include({ status: 409, code: 'last_admin_key' });
  });

  it('may be the last one to go, on a loopback address: authentication is off again', async () => {
    const { secret, key_id } = (await create(api(), { name: 'ops', role: 'admin' }, {})).body;
    expect((await api().http.delete(`${keys}/${key_id}`).set(bearer(secret))).status).to.equal(204);
    expect((await whoIs(api(), {})).body.authentication).to.equal('off');
  });
});

describe('GET and DELETE /api/v1/keys', () => {
  const api = withKeys();

  it('lists all keys by pages, those of the settings too', async () => {
    await create(api(), { name: 'carl', role: 'user' });
    const names: string[] = [];
    let cursor = '';
    do {
      const { body } = await api().http.get(`${keys}?limit=2${cursor}`).set(as('ops'));
      names.push(...body.items.map((key: unknown) => keySchema.strict().parse(key).name));
      cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`;
    } while (cursor !== '');
    expect(names).to.have.members(['ops', 'ann', 'bob', 'eve', 'carl']);
  });

  it('ends the streams of events that a deleted key has opened, and no others', async () => {
    const { secret, key_id } = (await create(api(), { name: 'carl', role: 'user' })).body;
    await using app = await ListeningApp.open(api().app);
    await using his = await app.listen('/api/v1/events', undefined, bearer(secret));
    await using hers = await app.listen('/api/v1/events', undefined, as('ann'));
    expect([his.status, hers.status]).to.deep.equal([200, 200]);
    expect((await api().http.delete(`${keys}/${key_id}`).set(as('ops'))).status).to.equal(204);
    await his.end();
    expect(hers.ended).to.equal(false);
  }).timeout(30_000);

  it('says when a key was used last', async () => {
    const { secret, key_id } = (await create(api(), { name: 'carl', role: 'user' })).body;
    const lastUse = async () => (await api().history.keys.find(key_id))?.last_used_at;
    expect(await lastUse()).to.equal(null);
    await whoIs(api(), bearer(secret));
    const first = await lastUse();
    expect(first).to.match(/^\d{4}-/);
    await whoIs(api(), bearer(secret));
    expect(await lastUse(), 'written once a minute').to.equal(first);
  });

  it('deletes no key of the settings, and none that is not there', async () => {
    const { items } = (await api().http.get(keys).set(as('ops'))).body;
    const fixed = items[0].key_id;
    expect((await api().http.delete(`${keys}/${fixed}`).set(as('ops'))).status).to.equal(403);
    expect(
      (
        await api()
          .http.delete(`${keys}/k${'0'.repeat(16)}`)
          .set(as('ops'))
      ).status,
    ).to.equal(404);
  });
});

describe('a session', () => {
  const api = withKeys();
  const signIn = (key: string) => api().http.post(session).send({ key });
  const cookieOf = (answer: { headers: Record<string, unknown> }) => {
    const [cookie = ''] = answer.headers['set-cookie'] as string[];
    return { cookie: cookie.split(';')[0] ?? '' };
  };
  const meant = { 'x-gridmr-client': 'web' };

  it('is a cookie that scripts cannot read and other sites cannot use', async () => {
    const answer = await signIn(secrets.ann);
    expect(answer.status).to.equal(200);
    expect(answer.body).to.include({ authentication: 'on', client_id: 'ann', role: 'user' });
    const [cookie = ''] = answer.headers['set-cookie'] as unknown as string[];
    expect(cookie).to.match(/^gridmr_session=[\w-]{43};/);
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Expires=']) expect(cookie).to.include(attribute);
    expect(cookie).not.to.include(secrets.ann);
  });

  it('stands for its key, with what that may', async () => {
    const cookie = cookieOf(await signIn(secrets.ann));
    expect((await whoIs(api(), cookie)).body).to.include({ client_id: 'ann', role: 'user' });
    expect((await api().submit(wordCount, { ...cookie, ...meant })).status).to.equal(202);
    expect((await api().http.get(keys).set(cookie)).status).to.equal(403);
  });

  it('changes nothing for a page of another origin', async () => {
    const cookie = cookieOf(await signIn(secrets.ann));
    const forged: Record<string, string>[] = [
      {},
      { origin: 'https://evil.example' },
      { origin: 'null', 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of forged) {
      const answer = await api().submit(wordCount, { ...cookie, ...headers });
      expect(answer.body, JSON.stringify(headers)).to.include({ status: 403, code: 'forbidden' });
    }
    const fine: Record<string, string>[] = [
      meant,
      { 'sec-fetch-site': 'same-origin' },
      { origin: 'http://gridmr.example:8000', host: 'gridmr.example:8000' },
    ];
    for (const headers of fine) expect((await api().submit(wordCount, { ...cookie, ...headers })).status).to.equal(202);
  });

  it('is closed by DELETE, and with its key', async () => {
    const cookie = cookieOf(await signIn(secrets.ann));
    const answer = await api()
      .http.delete(session)
      .set({ ...cookie, ...meant });
    expect(answer.status).to.equal(204);
    expect(answer.headers['set-cookie']?.[0]).to.match(/^gridmr_session=;/);
    expect((await whoIs(api(), cookie)).status).to.equal(401);

    const { secret, key_id } = (await create(api(), { name: 'carl', role: 'user' })).body;
    const other = cookieOf(await signIn(secret));
    expect((await whoIs(api(), other)).status).to.equal(200);
    await api().http.delete(`${keys}/${key_id}`).set(as('ops'));
    expect((await whoIs(api(), other)).status).to.equal(401);
  });

  it('is opened with a good key only, and not by what collects metrics', async () => {
    expect((await signIn('wrong-wrong-wrong-wrong')).body).to.include({ status: 401, code: 'unauthorized' });
    expect((await signIn(secrets.scraper)).body).to.include({ status: 403, code: 'forbidden' });
    expect((await signIn('')).status).to.equal(400);
  });

  it('expires', async () => {
    const answer = await signIn(secrets.ann);
    const hours = (Date.parse(answer.body.expires_at) - Date.now()) / 3_600_000;
    expect(hours).to.be.within(11.9, 12);
    const token = (cookieOf(answer).cookie.split('=')[1] ?? '').trim();
    const { secretHash } = await import('../dist/access/secrets.js');
    const row = await api().history.keys.findSession(secretHash(token));
    if (row === undefined) throw new Error('the session is not stored by its hash');
    await api().history.keys.closeSession(row.token_hash);
    await api().history.keys.openSession({ ...row, expires_at: new Date(Date.now() - 1).toISOString() });
    expect((await whoIs(api(), cookieOf(answer))).status).to.equal(401);
  });
});

describe('GET /api/v1/audit', () => {
  const api = withKeys();
  const read = async (query = '') => {
    const answer = await api().http.get(`/api/v1/audit${query}`).set(as('ops'));
    expect(answer.status, answer.text).to.equal(200);
    return answer.body.items.map((item: unknown) => auditEntrySchema.strict().parse(item));
  };

  it('tells who did what, newest first, also when Redis has forgotten', async () => {
    const { job_id } = (await api().submit(wordCount, { ...as('ann'), 'x-request-id': 'req-1' })).body;
    await api().http.post(`/api/v1/jobs/${job_id}/cancel`).set(as('ops'));
    await api().http.put('/api/v1/files/users/ann/a.txt').set(as('ann')).send('x');
    await api().http.delete('/api/v1/files/users/ann/a.txt').set(as('ann'));
    const { key_id } = (await create(api(), { name: 'carl', role: 'user' })).body;
    await api().http.delete(`${keys}/${key_id}`).set(as('ops'));
    await whoIs(api(), bearer('guess-guess-guess'));
    await api().redis.flushall();
    const entries = await read();
    expect(
      entries.map(({ action, client_id, target }: Record<string, string>) => [action, client_id, target]),
    ).to.deep.equal([
      ['caller.refuse', null, 'GET /api/v1/session'],
      ['key.delete', 'ops', key_id],
      ['key.create', 'ops', key_id],
      ['file.delete', 'ann', 'users/ann/a.txt'],
      ['file.upload', 'ann', 'users/ann/a.txt'],
      ['job.cancel', 'ops', job_id],
      ['job.submit', 'ann', job_id],
    ]);
    expect(entries.at(-1)).to.include({ role: 'user', request_id: 'req-1', address: '127.0.0.1' });
  });

  it('has nothing of what was refused for what it asked', async () => {
    await api().submit({ ...wordCount, input_file: 'nowhere' }, as('ann'));
    await api().submit(wordCount, as('eve'));
    expect(await read()).to.deep.equal([]);
  });

  it('takes filters and pages', async () => {
    const ids = [];
    for (let i = 0; i < 3; i++) ids.unshift((await api().submit(wordCount, as('ann'))).body.job_id);
    await api().submit(wordCount, as('bob'));
    const first = await api().http.get('/api/v1/audit?client_id=ann&limit=2').set(as('ops'));
    const rest = await read(`?client_id=ann&limit=2&cursor=${first.body.next_cursor}`);
    expect([...first.body.items, ...rest].map(({ target }) => target)).to.have.members(ids);
    expect(await read(`?target=${ids[0]}`)).to.have.length(1);
    expect(await read('?action=job.cancel')).to.deep.equal([]);
    expect(await read('?before=2020-01-01T00:00:00Z')).to.deep.equal([]);
    expect((await api().http.get('/api/v1/audit?action=nothing').set(as('ops'))).status).to.equal(400);
    expect((await api().http.get('/api/v1/audit?cursor=abc').set(as('ops'))).status).to.equal(400);
  });
});

describe('rates', () => {
  const open = withParts();
  const rates = { reads: 30, changes: 18 };

  it('are counted for each key: 429, and when to come again', async () => {
    await using api = await open({}, { ...settingsOfKeys, rates });
    const statuses = async (headers: Record<string, string>, times: number) => {
      const all = [];
      for (let i = 0; i < times; i++) all.push((await api.http.get('/api/v1/jobs').set(headers)).status);
      return all;
    };
    expect(await statuses(as('ann'), 6)).to.deep.equal([200, 200, 200, 200, 200, 429]);
    expect(await statuses(as('bob'), 1)).to.deep.equal([200]);
    const answer = await api.http.get('/api/v1/jobs').set(as('ann'));
    expect(answer.body).to.include({ status: 429, code: 'too_many_requests' });
    expect(Number(answer.headers['retry-after'])).to.be.within(1, 10);
    expect((await api.submit(wordCount, as('ann'))).status, 'changes are counted apart').to.equal(202);
  });

  it('are counted by all API processes together, and by each while Redis is away', async () => {
    await using api = await open({}, { ...settingsOfKeys, rates });
    const { createAccessControl } = await import('../dist/index.js');
    const { history, redis, log: logger } = api;
    const access = createAccessControl({ history, redis, logger, ...settingsOfKeys, rates });
    const other = request(createApp({ ...api.dependencies, access }));
    for (let i = 0; i < 5; i++) expect((await api.http.get('/api/v1/jobs').set(as('ann'))).status).to.equal(200);
    expect((await other.get('/api/v1/jobs').set(as('ann'))).status).to.equal(429);
    redis.disconnect();
    const alone = [];
    for (let i = 0; i < 6; i++) alone.push((await other.get('/api/v1/jobs').set(as('ann'))).status);
    expect(alone).to.deep.equal([200, 200, 200, 200, 200, 429]);
  });

  it('are not counted while authentication is off', async () => {
    await using api = await open({}, { rates });
    for (let i = 0; i < 8; i++) expect((await api.http.get('/api/v1/jobs')).status).to.equal(200);
  });

  it('of wrong keys are few for each address; whoever is known goes on', async () => {
    await using api = await open({}, { ...settingsOfKeys });
    expect((await whoIs(api, as('ann'))).status).to.equal(200);
    const statuses = [];
    for (let i = 0; i < 22; i++) statuses.push((await whoIs(api, bearer(`guess-number-${i}`))).status);
    expect(statuses.slice(0, 20).every(status => status === 401)).to.equal(true);
    expect(statuses.slice(20)).to.deep.equal([429, 429]);
    expect((await whoIs(api, as('bob'))).status, 'a right guess is not told from a wrong one').to.equal(429);
    expect((await whoIs(api, as('ann'))).status).to.equal(200);
  });
});
