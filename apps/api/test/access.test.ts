/** Who may use which route. */
import { type Access, mayAccess, problemSchema } from '@gridmr/contracts';
import { expect } from 'chai';
import { routeTable } from '../dist/route-table.js';
import { withApi, withParts, wordCount } from './api-under-test.js';
import { askRoutes, type RouteAnswer } from './ask-routes.js';
import { type EventStream, ListeningApp } from './event-stream.js';
import { as, type Name, secrets, settingsOfKeys, withKeys } from './with-keys.js';

const jobs = '/api/v1/jobs';
const accesses: readonly Access[] = ['public', 'read', 'write', 'scrape', 'admin'];
/** Of each role, what it may. */
const expected: Record<Name, readonly Access[]> = {
  ops: accesses,
  ann: ['public', 'read', 'write'],
  bob: ['public', 'read', 'write'],
  eve: ['public', 'read'],
  scraper: ['public', 'scrape'],
};

describe('the route table', () => {
  const api = withApi();

  it('says of every route what it asks of its caller, and what the audit log calls each that changes something', () => {
    for (const row of routeTable(api().dependencies)) {
      expect(accesses, row.id).to.include(row.access);
      const isReading = row.method === 'get' || row.access === 'public' || row.id === 'previewJob';
      expect(row.audit === undefined, row.id).to.equal(isReading);
    }
  });

  it('has a row of access for every role, which is this', () => {
    const role = { ops: 'admin', ann: 'user', bob: 'user', eve: 'viewer', scraper: 'scraper' } as const;
    for (const name of Object.keys(expected) as Name[]) {
      expect(
        accesses.filter(access => mayAccess(role[name], access)),
        name,
      ).to.deep.equal(expected[name]);
    }
  });
});

describe('with keys', () => {
  const api = withKeys();

  it('every route but the public ones is refused without one: 401, and how to show one', async () => {
    await askRoutes(api(), {}, ({ access, id }, { status, headers, text }) => {
      if (access === 'public') expect(status, id).not.to.equal(401);
      else {
        expect(status, id).to.equal(401);
        expect(headers.get('www-authenticate')).to.equal('Bearer');
        expect(problemSchema.parse(JSON.parse(text)).code).to.equal('unauthorized');
      }
    });
  });

  for (const name of Object.keys(expected) as Name[]) {
    it(`every route gives ${name} what the table says`, async () => {
      await askRoutes(api(), as(name), ({ access, id }, { status, text }) => {
        expect([401, 429, 500], `${id} ${text}`).not.to.include(status);
        const isRefused = status === 403 && /^A key of the role/.test(JSON.parse(text).detail);
        const isRefusedByTable = isRefused && !/writes below/.test(text);
        expect(isRefusedByTable, id).to.equal(!expected[name].includes(access));
      });
    });
  }

  it('may be shown as a bearer token or as X-API-Key', async () => {
    expect((await api().http.get(jobs).set('x-api-key', secrets.eve)).status).to.equal(200);
    expect((await api().http.get(jobs).set('authorization', `bearer ${secrets.eve}`)).status).to.equal(200);
  });

  const wrong: [string, Record<string, string>][] = [
    ['one that nobody has', { authorization: `Bearer ${secrets.ops}x` }],
    ['one that looks like a made one', { authorization: `Bearer gmr_k${'0'.repeat(16)}_${'A'.repeat(43)}` }],
    ['the name of one', { 'x-api-key': 'ops' }],
    ['a password', { authorization: 'Basic b3BzOmFkbWluLXNlY3JldC0wMTIzNDU2Nzg5' }],
    ['an empty one', { authorization: 'Bearer ' }],
    ['a session that was never opened', { cookie: `gridmr_session=${'A'.repeat(43)}` }],
    ['a cookie that is none', { cookie: '=;;%E0%A4%A; gridmr_session' }],
  ];
  for (const [what, headers] of wrong) {
    it(`refuses ${what}: 401`, async () => {
      const answer = await api().http.get(jobs).set(headers);
      expect(answer.body).to.include({ status: 401, code: 'unauthorized' });
      expect(answer.text).not.to.include('secret-0');
    });
  }
});

describe('jobs of a key', () => {
  const api = withKeys();
  const submit = (name: Name, more: object = {}) => api().submit({ ...wordCount, ...more }, as(name));
  const idOf = async (name: Name, more: object = {}) => {
    const answer = await submit(name, more);
    expect(answer.status, answer.text).to.equal(202);
    return answer.body.job_id as string;
  };
  const listed = async (name: Name, query = '') =>
    (await api().http.get(`${jobs}${query}`).set(as(name))).body.items.map((job: { job_id: string }) => job.job_id);

  it('belong to its name', async () => {
    const id = await idOf('ann');
    expect((await api().http.get(`${jobs}/${id}`).set(as('ann'))).body.client_id).to.equal('ann');
  });

  it('are not there for another user, on any route that names a job, and there for viewers and admins', async () => {
    const id = await idOf('ann');
    const naming: string[] = [];
    const ask = { names: { job: id } };
    const check = ({ path, id: operation }: { path: string; id: string }, { status, text }: RouteAnswer) => {
      if (!path.includes('{job_id}')) return;
      naming.push(operation);
      expect(JSON.parse(text), operation).to.include({ status: 404, detail: `There is no job ${id}` });
      expect(status).to.equal(404);
    };
    await askRoutes(api(), as('bob'), check, ask);
    expect(naming).to.include.members(['readJob', 'cancelJob', 'readResults', 'streamJobEvents', 'listTasks']);
    for (const name of ['ann', 'eve', 'ops'] as const) {
      expect((await api().http.get(`${jobs}/${id}/status`).set(as(name))).status, name).to.equal(200);
    }
    expect((await api().http.post(`${jobs}/${id}/cancel`).set(as('ann'))).status).to.equal(202);
  });

  it('are all that a user lists', async () => {
    const [mine, theirs] = [await idOf('ann'), await idOf('bob')];
    expect(await listed('ann')).to.deep.equal([mine]);
    expect(await listed('ann', '?client_id=ann')).to.deep.equal([mine]);
    expect(await listed('ann', '?client_id=bob')).to.deep.equal([]);
    for (const name of ['eve', 'ops'] as const) expect(await listed(name)).to.have.members([mine, theirs]);
    expect(await listed('ops', '?client_id=bob')).to.deep.equal([theirs]);
  });

  it('are all that the stream of events tells a user of', async () => {
    await using app = await ListeningApp.open(api().app);
    await using hers = await app.listen('/api/v1/events', undefined, as('ann'));
    await using all = await app.listen('/api/v1/events', undefined, as('eve'));
    const [theirs, mine] = [await idOf('bob'), await idOf('ann')];
    for (const stream of [hers, all]) await stream.event('status', ({ data }) => data.job_id === mine);
    const jobsIn = (stream: EventStream) => new Set(stream.events.flatMap(({ data }) => data.job_id ?? []));
    expect([...jobsIn(hers)]).to.deep.equal([mine]);
    expect([...jobsIn(all)]).to.have.members([theirs, mine]);
  });

  it('are submitted for others by an admin alone', async () => {
    const id = await idOf('ops', { client_id: 'ann' });
    expect(await listed('ann')).to.deep.equal([id]);
    expect((await submit('ann', { client_id: 'ann' })).status).to.equal(202);
    expect((await submit('ann', { client_id: 'bob' })).body).to.include({ status: 403, code: 'forbidden' });
    expect((await submit('eve')).body).to.include({ status: 403, code: 'forbidden' });
  });

  it('do not meet those of another client under one idempotency key', async () => {
    const key = { 'idempotency-key': 'same' };
    const [first, second] = [
      await api().submit(wordCount, { ...as('ann'), ...key }),
      await api().submit(wordCount, { ...as('bob'), ...key }),
    ];
    expect(second.status).to.equal(202);
    expect(second.body.job_id).not.to.equal(first.body.job_id);
  });

  describe('of the role user, by their paths', () => {
    beforeEach(async () => {
      for (const path of ['users/ann/in.txt', 'users/bob/in.txt', 'output/reports/part-r-00000']) {
        await api().directory.write(path, 'text\n');
      }
    });

    const readable = [
      'input/book.txt',
      '/data/input',
      'input/*.txt',
      'users/ann',
      'users/ann/*',
      '/data/users/ann/in.txt',
    ];
    for (const input_file of readable) {
      it(`may read ${input_file}`, async () => {
        expect((await submit('ann', { input_file })).status).to.equal(202);
      });
    }

    const foreign: [string, number][] = [
      ['users/bob/in.txt', 404],
      ['users/bob', 404],
      ['users/bob/*.txt', 404],
      ['output/reports', 403],
      ['users', 403],
      ['users/*/in.txt', 403],
      ['users/b?b/in.txt', 403],
      ['*/bob/in.txt', 403],
      ['**/in.txt', 403],
      ['{users,input}/bob/in.txt', 403],
      ['input/{book.txt,../users/bob/in.txt}', 403],
      ['input/@(..)/users/bob/in.txt', 403],
      ['/data', 403],
      ['.', 403],
      ['./users//bob/./in.txt', 404],
      ['output/*/part-r-00000', 403],
    ];
    for (const [input_file, status] of foreign) {
      it(`may not read ${input_file}: ${status}`, async () => {
        expect((await submit('ann', { input_file })).status).to.equal(status);
        expect((await submit('ops', { input_file })).status, 'an admin may, if it is there').not.to.equal(403);
      });
    }

    it("may not read the output of another's job, and may read that of their own", async () => {
      const id = await idOf('ann');
      await api().directory.write(`output/${id}/part-r-00000`, 'x\t1\n');
      const input_file = `output/${id}/part-*`;
      expect((await submit('bob', { input_file })).body).to.include({ status: 404, code: 'input_not_found' });
      expect((await submit('ann', { input_file })).status).to.equal(202);
    });

    it('write below their own directory, or to the default place', async () => {
      expect((await submit('ann', { output_path: 'users/ann/out' })).status).to.equal(202);
      for (const output_path of [
        'users/bob/out',
        'results',
        'output/mine',
        'users/ann',
        'users',
        `output/j${'0'.repeat(22)}`,
      ]) {
        const answer = await submit('ann', { output_path });
        expect(answer.body, output_path).to.include({ status: 403, code: 'forbidden' });
      }
      expect((await submit('ops', { output_path: 'results' })).status).to.equal(202);
    });
  });
});

describe('authentication', () => {
  const open = withParts();

  it('is off while there is no key: everybody is an admin', async () => {
    await using api = await open();
    const answer = await api.http.get('/api/v1/session');
    expect(answer.body).to.deep.equal({
      authentication: 'off',
      client_id: 'anonymous',
      role: 'admin',
      key_id: null,
      expires_at: null,
    });
  });

  it('is never off where others can reach the API', async () => {
    await using api = await open({}, { isReachable: true });
    expect((await api.http.get('/api/v1/session')).status).to.equal(401);
    expect((await api.http.get('/health/live')).status).to.equal(200);
  });

  it('is on with keys of the settings', async () => {
    await using api = await open({}, settingsOfKeys);
    const answer = await api.http.get('/api/v1/session').set(as('ann'));
    expect(answer.body).to.include({ authentication: 'on', client_id: 'ann', role: 'user' });
  });
});
