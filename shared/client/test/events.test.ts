/** `GridmrClient.events` and `allEvents`, over connections that break. */
import type { ServerResponse } from 'node:http';
import { ApiError, ConnectionError, GridmrClient } from '@gridmr/client';
import { expect } from 'chai';
import { type Answer, ContractServer, jobId, problem } from './contract-server.js';

const counts = { total: 2, pending: 1, running: 0, completed: 1, failed: 0 };
const status = {
  job_id: jobId,
  status: 'running',
  phase: 'map',
  progress: { map: 0.5, reduce: 0 },
  tasks: { map: counts, reduce: counts },
  error: null,
};

function event(name: string, data: object, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
const task = (index: number, id: string) =>
  event('task', { job_id: jobId, map: { completed: [index] }, reduce: {} }, id);
const done = (id: string) => event('done', { ...status, status: 'completed', phase: null }, id);

function begin(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream' });
}

describe('GridmrClient.events', function () {
  this.timeout(60_000);
  let server: ContractServer;

  async function serve(answer: Answer): Promise<GridmrClient> {
    server = await ContractServer.start(answer);
    return new GridmrClient({ baseUrl: server.baseUrl });
  }
  afterEach(() => server[Symbol.asyncDispose]());

  const lastEventIds = () => server.asked.map(({ headers }) => headers['last-event-id']);

  async function told(client: GridmrClient): Promise<string[]> {
    const all: string[] = [];
    for await (const { event: name, data } of client.events(jobId)) {
      all.push(name === 'task' ? `task ${data.map.completed?.join()}` : name);
    }
    return all;
  }

  it('gives the events of a job until it is done', async () => {
    const text = [event('status', { ...status, snapshot: true }), ': still here\n\n', task(1, '5-0'), done('6-0.done')];
    const client = await serve((_, response) => begin(response).end(text.join('')));
    expect(await told(client)).to.deep.equal(['status', 'task 1', 'done']);
    expect(server.asked[0]).to.include({ method: 'GET', path: `/api/v1/jobs/${jobId}/events` });
    expect(server.asked[0]?.headers.accept).to.equal('text/event-stream');
  });

  it('goes on after the last whole event when the connection breaks, without saying anything twice', async () => {
    const client = await serve((asked, response) => {
      if (asked.headers['last-event-id'] === undefined) {
        begin(response).write(task(0, '5-0') + task(1, '6-0').slice(0, -9), () => response.destroy());
      } else begin(response).end(task(1, '6-0') + done('7-0.done'));
    });
    expect(await told(client)).to.deep.equal(['task 0', 'task 1', 'done']);
    expect(lastEventIds()).to.deep.equal([undefined, '5-0']);
  });

  it('comes back when the API ends the stream early, or cannot serve for a moment', async () => {
    const answers: ((response: ServerResponse) => void)[] = [
      response => begin(response).end(task(0, '5-0')),
      response => problem(response, 'database_unavailable'),
      response => begin(response).end(done('7-0.done')),
    ];
    const client = await serve((_, response) => answers.shift()?.(response));
    expect(await told(client)).to.deep.equal(['task 0', 'done']);
    expect(lastEventIds()).to.deep.equal([undefined, '5-0', '5-0']);
  });

  it('understands events that come in pieces', async () => {
    const bytes = Buffer.from(
      event('status', { ...status, error: { code: 'internal_error', message: 'ä€𝒳' } }) + done('7-0.done'),
    );
    const client = await serve(async (_, response) => {
      begin(response);
      for (const byte of bytes) {
        response.write(Buffer.from([byte]));
        await new Promise(resolve => setImmediate(resolve));
      }
      response.end();
    });
    expect(await told(client)).to.deep.equal(['status', 'done']);
  });

  it('leaves out events that it does not know', async () => {
    const client = await serve((_, response) =>
      begin(response).end(event('weather', { sunny: true }) + done('7-0.done')),
    );
    expect(await told(client)).to.deep.equal(['done']);
  });

  it('throws what the API refuses for good', async () => {
    const client = await serve((_, response) => problem(response, 'not_found'));
    const error = await told(client).catch(failure => failure);
    expect(error).to.be.instanceOf(ApiError).and.include({ code: 'not_found' });
    expect(server.asked).to.have.lengthOf(1);
  });

  it('ends with the reason of its signal, also while it waits to come back', async () => {
    const stop = new AbortController();
    const client = await serve((_, response) => {
      begin(response).end(task(0, '5-0'));
      setImmediate(() => stop.abort(new Error('enough')));
    });
    const error = await (async () => {
      for await (const _ of client.events(jobId, { signal: stop.signal }));
    })().catch(failure => failure);
    expect(error).to.have.property('message', 'enough').and.not.be.instanceOf(ConnectionError);
  });

  it('closes the connection when its reader leaves the loop', async () => {
    let closed: Promise<unknown> | undefined;
    const client = await serve((_, response) => {
      closed = new Promise(resolve => response.once('close', resolve));
      begin(response).write(task(0, '5-0'));
    });
    for await (const _ of client.events(jobId)) break;
    await closed;
    expect(server.asked).to.have.lengthOf(1);
  });

  it('follows all jobs, the workers and the system', async () => {
    const text = event('reset', {}, '4-0') + event('status', status, '5-0') + event('workers', { workers: [] });
    const client = await serve((_, response) => begin(response).write(text));
    const names: string[] = [];
    for await (const { event: name } of client.allEvents()) if (names.push(name) === 3) break;
    expect(names).to.deep.equal(['reset', 'status', 'workers']);
    expect(server.asked[0]?.path).to.equal('/api/v1/events');
  });
});
