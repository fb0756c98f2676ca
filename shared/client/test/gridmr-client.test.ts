import { once } from 'node:events';
import { ApiError, ConnectionError, GridmrClient } from '@gridmr/client';
import { type JobStatusView, taskId, zeroCounters } from '@gridmr/contracts';
import { expect } from 'chai';
import { type Answer, aJob, ContractServer, jobId, json, problem } from './contract-server.js';

const request = { name: 'count', input_file: 'in.txt', map_function: 'line => []' };
const none = { total: 0, items: [] };
const aPreview = {
  sample: { files: [], records: 0, bytes: 0, complete: true },
  input: null,
  pairs: { total: 1, items: [{ key: 'a', value: 1 }] },
  groups: none,
  results: none,
  counters: zeroCounters(),
  logs: [],
  errors: none,
  warnings: [{ code: 'sample_cut', message: 'slow' }],
  estimate: null,
  seconds: 0.1,
};
const links = { self: 's', status: 's', tasks: 's', results: 's', cancel: 's' };

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error('nothing failed');
    },
    error => error,
  );
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('GridmrClient', () => {
  let server: ContractServer;

  async function serve(answer: Answer, options = {}): Promise<GridmrClient> {
    server = await ContractServer.start(answer);
    return new GridmrClient({ baseUrl: `${server.baseUrl}/`, ...options });
  }

  afterEach(async () => {
    await server[Symbol.asyncDispose]();
  });

  it('submits a job with its key, its caller and its body', async () => {
    const client = await serve((_, res) => json(res, 202, { job_id: jobId, status: 'queued', links }), {
      apiKey: 's3',
    });
    const submitted = await client.submit(request, { idempotencyKey: 'once' });
    expect(submitted).to.deep.equal({ job_id: jobId, status: 'queued', links });
    const [asked] = server.asked;
    expect(asked).to.include({ method: 'POST', path: '/api/v1/jobs', body: JSON.stringify(request) });
    expect(asked?.headers).to.include({ authorization: 'Bearer s3', 'idempotency-key': 'once' });
  });

  it('asks for a preview', async () => {
    const client = await serve((_, res) => json(res, 200, aPreview));
    expect(await client.preview({ sample: 'a', map_function: 'f' })).to.deep.equal(aPreview);
    expect(server.asked[0]).to.include({
      method: 'POST',
      path: '/api/v1/jobs/preview',
      body: '{"sample":"a","map_function":"f"}',
    });
  });

  it('throws the problem document of a refusal, in words', async () => {
    const errors = [{ path: 'name', message: 'is required' }];
    const client = await serve((_, res) => problem(res, 'invalid_request', { errors }));
    const error = await failureOf(client.submit(request));
    expect(error).to.be.instanceOf(ApiError).and.include({ code: 'invalid_request', status: 400 });
    expect(error).to.have.property('message', 'The request is not valid; name is required');
  });

  it('asks for the figures of a job, and of the system with its last hour', async () => {
    const client = await serve((_, res) => problem(res, 'not_found', {}));
    const calls = [
      () => client.jobMetrics('a/b'),
      () => client.systemMetrics({ history: true }),
      () => client.systemMetrics(),
    ];
    for (const call of calls) expect(await failureOf(call())).to.have.property('code', 'not_found');
    expect(server.asked.map(({ path, query }) => `${path}?${new URLSearchParams(query)}`)).to.deep.equal([
      '/api/v1/jobs/a%2Fb/metrics?',
      '/api/v1/metrics/system?history=true',
      '/api/v1/metrics/system?',
    ]);
  });

  it('asks for one task', async () => {
    const client = await serve((_, res) => problem(res, 'not_found', {}));
    await failureOf(client.task(jobId, taskId(jobId, 'map', 7)));
    expect(server.asked[0]?.path).to.equal(`/api/v1/jobs/${jobId}/tasks/${taskId(jobId, 'map', 7)}`);
  });

  it('lists jobs page by page, with every filter', async () => {
    const pages = [
      { items: [aJob('queued', 'a'), aJob('queued', 'b')], next_cursor: 'c2' },
      { items: [aJob('queued', 'c')], next_cursor: null },
    ];
    const client = await serve((_, res) => json(res, 200, pages[server.asked.length - 1]));
    const jobs = await collect(client.allJobs({ status: 'queued', limit: 2 }));
    expect(jobs.map(job => job.name)).to.deep.equal(['a', 'b', 'c']);
    expect(server.asked.map(asked => asked.query)).to.deep.equal([
      { status: 'queued', limit: '2' },
      { status: 'queued', limit: '2', cursor: 'c2' },
    ]);
  });

  it('lists dead letters, page after page', async () => {
    const letter = {
      task_id: `${jobId}-m-00000`,
      path: 'a.txt',
      offset: 7,
      record: 'b',
      error: { code: 'user_code_error', message: 'no', line: 1, column: 2 },
    };
    const pages = [
      { items: [letter], next_cursor: 'more' },
      { items: [letter], next_cursor: null },
    ];
    const client = await serve((_, res) => json(res, 200, pages[server.asked.length - 1]));
    expect(await collect(client.allDeadLetters(jobId, { limit: 1 }))).to.deep.equal([letter, letter]);
    expect(server.asked[1]).to.deep.include({
      path: `/api/v1/jobs/${jobId}/dead-letters`,
      query: { limit: '1', cursor: 'more' },
    });
  });

  it('lists tasks', async () => {
    const task = { task_id: taskId(jobId, 'map', 0), kind: 'map', index: 0, state: 'pending', attempts: [] };
    const client = await serve((_, res) => json(res, 200, { items: [task], next_cursor: null }));
    expect(await collect(client.allTasks(jobId, { kind: 'map' }))).to.deep.equal([task]);
    expect(server.asked[0]).to.deep.include({ path: `/api/v1/jobs/${jobId}/tasks`, query: { kind: 'map' } });
  });

  it('retries a job, with changes or without', async () => {
    const { job_id, status, phase, progress, tasks, error } = aJob('queued');
    const client = await serve((_, res) => json(res, 202, { job_id, status, phase, progress, tasks, error }));
    expect((await client.retry(jobId, { reduce_function: 'f' })).status).to.equal('queued');
    await client.retry(jobId);
    expect(server.asked.map(({ method, path, body }) => [method, path, body])).to.deep.equal([
      ['POST', `/api/v1/jobs/${jobId}/retry`, '{"reduce_function":"f"}'],
      ['POST', `/api/v1/jobs/${jobId}/retry`, '{}'],
    ]);
  });

  it('deletes a job', async () => {
    const client = await serve((_, res) => res.writeHead(204).end());
    await client.delete(jobId);
    expect(server.asked[0]).to.include({ method: 'DELETE', path: `/api/v1/jobs/${jobId}` });
  });

  it('lists log lines, page after page', async () => {
    const line = (text: string) =>
      ({
        job_id: jobId,
        task_id: taskId(jobId, 'map', 0),
        run: 1,
        attempt: 1,
        attempt_state: 'committed',
        line: 1,
        text,
      }) as const;
    const pages = [
      { items: [line('a')], next_cursor: 'c2' },
      { items: [line('b')], next_cursor: null },
    ];
    const client = await serve((_, res) => json(res, 200, pages[server.asked.length - 1]));
    expect((await collect(client.allLogs(jobId, { limit: 1 }))).map(({ text }) => text)).to.deep.equal(['a', 'b']);
    expect(server.asked[1]).to.deep.include({
      path: `/api/v1/jobs/${jobId}/logs`,
      query: { limit: '1', cursor: 'c2' },
    });
  });

  it('waits until a job has finished, and answers a failed one', async () => {
    const states = ['queued', 'running', 'failed', 'failed'] as const;
    const client = await serve((_, res) => json(res, 200, aJob(states[server.asked.length - 1] ?? 'failed')));
    const seen: JobStatusView[] = [];
    const job = await client.waitFor(jobId, { pollMs: 1, onStatus: status => seen.push(status) });
    expect(job.error?.message).to.equal('x is not defined');
    expect(seen.map(status => status.status)).to.deep.equal(['queued', 'running', 'failed']);
  });

  it('stops waiting when told, with the reason it was told', async () => {
    const client = await serve((_, res) => json(res, 200, aJob('running')));
    const stop = new AbortController();
    const reason = new Error('enough');
    const waiting = client.waitFor(jobId, { pollMs: 60_000, signal: stop.signal, onStatus: () => stop.abort(reason) });
    expect(await failureOf(waiting)).to.equal(reason);
  });

  it('reads results line by line, whatever the chunks', async () => {
    const bytes = Buffer.from('é\t1\n😀\t2\nlast');
    const client = await serve((_, res) => {
      for (const byte of bytes) res.write(Uint8Array.of(byte));
      res.end();
    });
    expect(
      await collect(client.results(jobId, { partition: 0, limit: 9, order: 'key', format: 'jsonl' })),
    ).to.deep.equal(['é\t1', '😀\t2', 'last']);
    expect(server.asked[0]?.query).to.deep.equal({ partition: '0', limit: '9', order: 'key' });
    expect(server.asked[0]?.headers.accept).to.equal('application/x-ndjson');
  });

  it('closes the connection when its reader has had enough', async () => {
    let closed: Promise<unknown> = Promise.reject(new Error('not asked'));
    closed.catch(() => undefined);
    const client = await serve((_, res) => {
      closed = once(res, 'close');
      res.write('one\ntwo\n');
    });
    for await (const line of client.results(jobId)) {
      expect(line).to.equal('one');
      break;
    }
    await closed;
  });

  it('says when results break off or pause for too long', async () => {
    const client = await serve((_, res) => res.write('one\n', () => res.destroy()));
    const broken = await failureOf(collect(client.results(jobId)));
    expect(broken).to.be.instanceOf(ConnectionError).and.include({ fault: 'unreachable' });
    await server[Symbol.asyncDispose]();
    const patient = await serve((_, res) => res.write('one\n'), { resultsIdleMs: 30 });
    expect(await failureOf(collect(patient.results(jobId)))).to.include({ fault: 'timeout' });
  });

  it('throws the problem of results that are not there yet', async () => {
    const client = await serve((_, res) => problem(res, 'not_finished'));
    expect(await failureOf(client.resultStream(jobId))).to.include({ code: 'not_finished' });
  });

  it('cancels', async () => {
    const client = await serve((_, res) => json(res, 202, {}));
    await client.cancel(jobId);
    expect(server.asked[0]).to.include({ method: 'POST', path: `/api/v1/jobs/${jobId}/cancel` });
  });

  it('answers the workers', async () => {
    const client = await serve((_, res) => json(res, 200, { workers: [] }));
    expect(await client.workers()).to.deep.equal([]);
  });

  it('answers the health of a service that is not well', async () => {
    const health = { status: 'unavailable', version: '1', uptime_seconds: 1 };
    const client = await serve((_, res) => json(res, 503, health));
    expect(await client.health()).to.deep.equal(health);
  });

  it('says when something else answers', async () => {
    const client = await serve((_, res) => res.writeHead(502).end('<h1>Bad gateway</h1>'));
    const error = await failureOf(client.job(jobId));
    expect(error).to.be.instanceOf(ConnectionError).and.include({ fault: 'not_gridmr' });
    expect(error).to.have.property('message').that.includes('Bad gateway');
    await server[Symbol.asyncDispose]();
    const other = await serve((_, res) => json(res, 200, { hello: 'world' }));
    expect(await failureOf(other.job(jobId))).to.include({ fault: 'not_gridmr' });
  });

  it('says when nobody answers, or not in time', async () => {
    const silent = await serve(() => undefined, { requestMs: 30 });
    expect(await failureOf(silent.job(jobId)))
      .to.be.instanceOf(ConnectionError)
      .and.include({ fault: 'timeout' });
    const gone = await ContractServer.start(() => undefined);
    const nobody = new GridmrClient({ baseUrl: gone.baseUrl });
    await gone[Symbol.asyncDispose]();
    const error = await failureOf(nobody.health());
    expect(error).to.include({ fault: 'unreachable' });
    expect(error)
      .to.have.property('message')
      .that.matches(/is it running.*ECONNREFUSED/);
  });

  it('does not let an id lead elsewhere', async () => {
    const client = await serve((_, res) => problem(res, 'not_found'));
    await failureOf(client.job('../keys?x=1'));
    expect(server.asked[0]?.path).to.equal('/api/v1/jobs/..%2Fkeys%3Fx%3D1');
  });

  describe('and files', () => {
    const file = { path: 'a b/ä.txt', bytes: 4, modified_at: '2030-01-01T00:00:00.000Z' };

    it('uploads one as it is, under its own name', async () => {
      const client = await serve((_, res) => json(res, 201, file));
      expect(await client.files.upload('a b/ä.txt', 'text', { onlyNew: true, sha256: 'abc' })).to.deep.equal(file);
      const [asked] = server.asked;
      expect(asked).to.include({ method: 'PUT', path: '/api/v1/files/a%20b/%C3%A4.txt', body: 'text' });
      expect(asked?.headers).to.include({
        'content-type': 'application/octet-stream',
        'if-none-match': '*',
        'content-digest': 'sha-256=:abc:',
        'x-gridmr-client': 'gridmr-client',
      });
    });

    it('uploads a stream, which no deadline ends', async () => {
      const client = await serve((_, res) => json(res, 201, file), { requestMs: 50 });
      const slowly = new ReadableStream<Uint8Array>({
        async start(controller) {
          controller.enqueue(new TextEncoder().encode('te'));
          await new Promise(resolve => setTimeout(resolve, 150));
          controller.enqueue(new TextEncoder().encode('xt'));
          controller.close();
        },
      });
      await client.files.upload('a', slowly);
      expect(server.asked[0]?.body).to.equal('text');
    });

    it('downloads one, or a part of it', async () => {
      const client = await serve((_, res) => res.end('text'));
      const read = async (options = {}) => new Response(await client.files.download('a', options)).text();
      expect(await read()).to.equal('text');
      await read({ start: 2 });
      await read({ start: 2, end: 4 });
      expect(server.asked.map(({ headers }) => headers.range)).to.deep.equal([undefined, 'bytes=2-', 'bytes=2-3']);
    });

    it('lists them page after page, and deletes one', async () => {
      const pages = [
        { items: [file], next_cursor: 'c' },
        { items: [], next_cursor: null },
      ];
      const client = await serve((asked, res) => {
        if (asked.method === 'DELETE') res.writeHead(204).end();
        else json(res, 200, pages.shift());
      });
      expect(await collect(client.files.all({ prefix: 'a b/' }))).to.deep.equal([file]);
      expect(server.asked.map(({ query }) => query)).to.deep.equal([
        { prefix: 'a b/' },
        { prefix: 'a b/', cursor: 'c' },
      ]);
      await client.files.delete('a b/ä.txt');
      expect(server.asked.at(-1)).to.include({ method: 'DELETE', path: '/api/v1/files/a%20b/%C3%A4.txt' });
    });
  });

  it('starts benchmarks, and reads them', async () => {
    const id = `b${jobId.slice(1)}`;
    const started = { benchmark_id: id, status: 'running', links: { self: 's' } };
    const client = await serve((_, res) => json(res, 202, started));
    expect(await client.benchmarks.start({ data_size: '1MB' })).to.deep.equal(started);
    expect(server.asked[0]).to.include({ method: 'POST', path: '/api/v1/benchmark', body: '{"data_size":"1MB"}' });
    expect(await failureOf(client.benchmarks.read(id))).to.be.instanceOf(ConnectionError);
    expect(server.asked[1]).to.include({ method: 'GET', path: `/api/v1/benchmark/${id}` });
  });

  describe('and access', () => {
    it('makes, lists and deletes keys', async () => {
      const key = {
        key_id: `k${'0'.repeat(16)}`,
        name: 'ann',
        role: 'user',
        source: 'created',
        created_at: null,
        expires_at: null,
        last_used_at: null,
      };
      const client = await serve((asked, res) => {
        if (asked.method === 'DELETE') res.writeHead(204).end();
        else if (asked.method === 'POST') json(res, 201, { ...key, secret: 's' });
        else json(res, 200, { items: [key], next_cursor: null });
      });
      expect((await client.access.createKey({ name: 'ann', role: 'user' })).secret).to.equal('s');
      expect((await client.access.listKeys()).items).to.deep.equal([key]);
      await client.access.deleteKey(key.key_id);
      expect(server.asked.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
        'POST /api/v1/keys',
        'GET /api/v1/keys',
        `DELETE /api/v1/keys/${key.key_id}`,
      ]);
    });

    it('signs in and out, and asks who one is', async () => {
      const session = { authentication: 'on', client_id: 'ann', role: 'user', key_id: null, expires_at: null };
      const client = await serve((asked, res) => {
        if (asked.method === 'DELETE') res.writeHead(204).end();
        else json(res, 200, session);
      });
      expect(await client.access.signIn('s')).to.deep.equal(session);
      expect(await client.access.whoAmI()).to.deep.equal(session);
      await client.access.signOut();
      expect(server.asked.map(({ method, body }) => [method, body])).to.deep.equal([
        ['POST', '{"key":"s"}'],
        ['GET', ''],
        ['DELETE', ''],
      ]);
    });

    it('reads the audit log page after page', async () => {
      const entry = {
        audit_id: 'a1',
        at: '2030-01-01T00:00:00.000Z',
        action: 'job.submit',
        client_id: 'ann',
        key_id: null,
        role: 'user',
        address: '::1',
        target: jobId,
        request_id: 'r',
      };
      const pages = [
        { items: [entry], next_cursor: 'c' },
        { items: [entry], next_cursor: null },
      ];
      const client = await serve((_, res) => json(res, 200, pages.shift()));
      expect(await collect(client.access.allAudit({ client_id: 'ann' }))).to.deep.equal([entry, entry]);
      expect(server.asked[1]?.query).to.deep.equal({ client_id: 'ann', cursor: 'c' });
    });
  });
});
