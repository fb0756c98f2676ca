import type { JobStatus, JobStatusView } from '@gridmr/contracts';
import { expect } from 'chai';
import { GridmrClient } from '../dist/index.js';
import { type Answer, aJob, ContractServer, jobId, json, problem } from './contract-server.js';

function viewOf(status: JobStatus, map = 1): JobStatusView {
  const { job_id, phase, tasks, error } = aJob(status);
  return { job_id, status, phase, progress: { map, reduce: 0 }, tasks, error };
}

async function watched(answer: Answer): Promise<string[]> {
  await using server = await ContractServer.start(answer);
  const seen: string[] = [];
  for await (const { status, progress } of new GridmrClient(server).watch(jobId, { pollMs: 1 })) {
    seen.push(`${status} ${progress.map}`);
  }
  return seen;
}

describe('GridmrClient.watch', () => {
  it('yields what the stream of events tells, each state once, and ends with the job', async () => {
    const { job_id, phase, tasks } = viewOf('running');
    const events = [
      ['status', { ...viewOf('running', 0), snapshot: true }],
      ['progress', { job_id, phase, tasks, progress: { map: 0.5, reduce: 0 } }],
      ['task', { job_id, map: { completed: [1] }, reduce: {} }],
      ['progress', { job_id, phase, tasks, progress: { map: 0.5, reduce: 0 } }],
      ['status', viewOf('completed')],
      ['done', viewOf('completed')],
    ] as const;
    const seen = await watched(({ path }, response) => {
      if (path.endsWith('/status')) return json(response, 200, viewOf('running', 0));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(events.map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join(''));
    });
    expect(seen).to.deep.equal(['running 0', 'running 0.5', 'completed 1']);
  });

  it('looks again and again where there are no events', async () => {
    const statuses = [viewOf('queued', 0), viewOf('running', 0), viewOf('running', 0), viewOf('failed', 0)];
    const seen = await watched(({ path }, response) => {
      if (path.endsWith('/events')) return problem(response, 'not_found');
      json(response, 200, statuses.shift() ?? viewOf('failed', 0));
    });
    expect(seen).to.deep.equal(['queued 0', 'running 0', 'failed 0']);
  });

  it('says the end at once of a job that has ended', async () => {
    expect(await watched((_, response) => json(response, 200, viewOf('cancelled')))).to.deep.equal(['cancelled 1']);
  });
});
