/** Two API processes behind one address, over real Redis and PostgreSQL: whichever is asked knows what the other did, and the death of one loses nothing. */
import { accessLimits, isFinished, type JobStreamEvent, routes } from '@gridmr/contracts';
import { type OracleResult, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { expectExact, prepareSlowJob, slowJob, untilCleanedUp, untilMoment } from '../chaos/slow-job.js';
import { adminSecret, changesPerMinute, ReplicaStack } from './replica-stack.js';

const jobMs = 120_000;
const secondMs = 1000;
const repeats = 8;

describe('two API processes behind one address', function () {
  this.timeout(150_000);
  let stack: ReplicaStack;
  let expected: OracleResult;

  before(async function () {
    const started = await ReplicaStack.start(2, 2);
    if (started === undefined) this.skip();
    stack = started;
    expected = await prepareSlowJob(stack.directory);
  });
  after(() => stack?.[Symbol.asyncDispose]());

  const ports = () => {
    const [first, second] = stack.replicas.map(replica => replica.port);
    if (first === undefined || second === undefined) throw new Error('there are not two API processes');
    return [first, second] as const;
  };
  const status = (port: number, secret: string) =>
    fetch(`http://127.0.0.1:${port}${routes.jobs}`, { headers: { authorization: `Bearer ${secret}` } });

  it('when one dies, and all messages are lost, a job runs exactly, and the other tells its events on', async () => {
    const client = stack.client(adminSecret);
    const { job_id } = await client.submit(slowJob);
    const told: JobStreamEvent[] = [];
    let killed: number | undefined;
    for await (const event of client.events(job_id, { signal: AbortSignal.timeout(jobMs) })) {
      told.push(event);
      if (killed !== undefined || !mapTasksBegan(event)) continue;
      killed = stack.proxy.whoAnswers(routes.jobEvents(job_id));
      await stack.replica(killed).process.crash();
      await stack.forgetMessages();
    }
    expect(killed).not.to.equal(undefined);
    const job = await client.job(job_id);
    expectExact(stack.directory, job, expected);
    // Resumed by its id, and not begun anew.
    expect(told.filter(event => event.event === 'status' && event.data.snapshot === true)).to.have.length(1);
    expect(told.map(endOf).filter(end => end !== undefined)).to.deep.equal(['status completed', 'done completed']);
    expect(told.at(-1)).to.deep.include({ event: 'done' });
    expect(await allOf(client.results(job_id))).to.deep.equal(expected.parts.flat());
    await untilCleanedUp(stack.directory, job_id);
    await stack.startReplica(killed);
  });

  it('a cancel at one of them stops the job, and listeners at the other hear of it', async () => {
    const [here, there] = ports();
    const { job_id } = await stack.client(adminSecret, here).submit(slowJob);
    const events = stack.client(adminSecret, here).events(job_id, { signal: AbortSignal.timeout(jobMs) });
    const listening = lastOf(events);
    await untilMoment(stack.directory, job_id, { phase: 'map', committed: 3 });
    await stack.client(adminSecret, there).cancel(job_id);
    expect(await listening).to.deep.include({ event: 'done' });
    expect((await stack.client(adminSecret, here).status(job_id)).status).to.equal('cancelled');
  });

  it('an idempotency key makes one job, however many requests come to both at once', async () => {
    const options = { idempotencyKey: 'the-same' };
    const submitted = await Promise.all(
      Array.from({ length: repeats }, () => stack.client(adminSecret).submit(slowJob, options)),
    );
    const ids = new Set(submitted.map(({ job_id }) => job_id));
    expect([...ids]).to.have.length(1);
    const [id = ''] = ids;
    await stack.client(adminSecret).waitFor(id, { signal: AbortSignal.timeout(jobMs) });
    for (const port of ports()) expect(stack.proxy.served(port)).to.be.greaterThan(0);
  });

  it('requests of one key are counted together', async () => {
    const { secret } = await stack.client(adminSecret).access.createKey({ name: 'busy', role: 'user' });
    const max = (changesPerMinute * accessLimits.rateWindowSeconds) / 60;
    const startMs = performance.now();
    let allowed = 0;
    for (let asked = 0; asked < 2 * max; asked++) {
      const path = routes.file(`users/busy/none-${asked}`);
      const answer = await fetch(`${stack.proxy.url}${path}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${secret}` },
      });
      if (answer.status !== 429) allowed++;
    }
    const windows = 1 + Math.floor((performance.now() - startMs) / secondMs / accessLimits.rateWindowSeconds);
    expect(allowed)
      .to.be.at.least(max)
      .and.at.most(max * windows);
  });

  it('a key that is deleted at one of them is refused by the other within 2 s', async () => {
    const [here, there] = ports();
    const admin = stack.client(adminSecret, here);
    const { key_id, secret } = await admin.access.createKey({ name: 'ann', role: 'viewer' });
    expect((await status(there, secret)).status).to.equal(200);
    await admin.access.deleteKey(key_id);
    expect((await status(here, secret)).status).to.equal(401);
    const startMs = performance.now();
    await waitUntil('the other to refuse it', async () => (await status(there, secret)).status === 401);
    expect(performance.now() - startMs).to.be.lessThan(accessLimits.keyBelievedMs + secondMs);
  });

  it('a session that was opened at one is known to the other', async () => {
    const [here, there] = ports();
    const opened = await fetch(`http://127.0.0.1:${here}${routes.session}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: adminSecret }),
    });
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
    const answer = await fetch(`http://127.0.0.1:${there}${routes.jobs}`, { headers: { cookie } });
    expect(answer.status).to.equal(200);
  });

  it('neither has anything to complain of', () => {
    const lines = stack.replicas.flatMap(({ process }) => process.stderr.split('\n'));
    expect(lines.filter(line => /could not be read or handled|deadlock|"level":"error"/.test(line))).to.deep.equal([]);
  });
});

function mapTasksBegan(event: JobStreamEvent): boolean {
  return event.event === 'task' && (event.data.map.completed?.length ?? 0) > 0;
}

function endOf(event: JobStreamEvent): string | undefined {
  if (event.event !== 'status' && event.event !== 'done') return undefined;
  return isFinished(event.data.status) ? `${event.event} ${event.data.status}` : undefined;
}

async function allOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function lastOf<Item>(items: AsyncIterable<Item>): Promise<Item | undefined> {
  let last: Item | undefined;
  for await (const item of items) last = item;
  return last;
}
