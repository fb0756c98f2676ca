/** What an OpenTelemetry collector is told of a job that real processes run. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatTraceParent, jobFiles, type SubmittedJob, type TraceParent, traceLimits } from '@gridmr/contracts';
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { RunningStack } from '../running-stack.js';
import { OtlpReceiver, type ReceivedSpan } from './otlp-receiver.js';

const preload = new URL('./note-loaded-modules.js', import.meta.url).href;
const line = 'seven b\n';
const taskBytes = line.length / (1024 * 1024);
const request = {
  name: 'traced',
  input_file: 'lines.txt',
  split_size_mb: taskBytes,
  map_function: 'line => [[line, 1]]',
  reduce_function: '(word, counts) => [word, counts.toArray().length]',
  num_reducers: 3,
};
const caller = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', isSampled: true };

/** A stack whose processes write down, when they end, which packages of OpenTelemetry they had loaded. */
class WatchedStack implements AsyncDisposable {
  private constructor(
    readonly stack: RunningStack,
    readonly notes: string,
  ) {}

  static async start(env: Record<string, string>): Promise<WatchedStack> {
    const notes = await mkdtemp(join(tmpdir(), 'gridmr-loaded-'));
    const watched = { NODE_OPTIONS: `--import=${preload}`, GRIDMR_TEST_LOADED_MODULES: notes, ...env };
    return new WatchedStack(await RunningStack.start({ workers: 2, env: watched }), notes);
  }

  async submit(more: object = {}, headers: Record<string, string> = {}): Promise<SubmittedJob> {
    const answer = await fetch(`${this.stack.url}/api/v1/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ ...request, ...more }),
    });
    expect(answer.status).to.equal(202);
    return (await answer.json()) as SubmittedJob;
  }

  /** Stops it. By process: API or worker, and what it had loaded. */
  async loaded(): Promise<{ entry: string; packages: string[] }[]> {
    await this.stack[Symbol.asyncDispose]();
    const names = await readdir(this.notes);
    return Promise.all(names.map(async name => JSON.parse(await readFile(join(this.notes, name), 'utf8'))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack[Symbol.asyncDispose]();
    await rm(this.notes, { recursive: true, force: true });
  }
}

describe('traces', function () {
  this.timeout(90_000);

  let receiver: OtlpReceiver;
  before(async () => {
    receiver = await OtlpReceiver.open();
  });
  after(() => receiver[Symbol.asyncDispose]());

  describe('with OTEL_EXPORTER_OTLP_ENDPOINT', () => {
    const unsampled = { ...caller, traceId: 'a'.repeat(32), isSampled: false };
    const oneTask = { split_size_mb: 1 };
    const faulty = { ...oneTask, map_function: 'line => line.nothing.at(1)' };
    let loaded: Awaited<ReturnType<WatchedStack['loaded']>>;
    /** Ids of jobs. */
    let big = '';
    let failed = '';
    let left = '';
    let asked: { readonly trace_id?: string; readonly trace_parent?: string };

    /** Every process has stopped, and so has sent all that it had. */
    before(async () => {
      await using watched = await WatchedStack.start({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
      await watched.stack.directory.write('lines.txt', line.repeat(2000));
      const run = async (more: object, trace?: TraceParent) => {
        const headers: Record<string, string> = trace === undefined ? {} : { traceparent: formatTraceParent(trace) };
        const { job_id } = await watched.submit(more, headers);
        await watched.stack.client.waitFor(job_id);
        return job_id;
      };
      big = await run({}, caller);
      left = await run(oneTask, unsampled);
      failed = await run(faulty);
      await waitUntil('their clean-up', () => cleanedUp().size === 2, { timeoutMs: 20_000 });
      asked = JSON.parse(await readFile(watched.stack.directory.resolve(jobFiles.asked(failed)), 'utf8'));
      loaded = await watched.loaded();
    });

    const cleanedUp = () => new Set(receiver.named('clean-up').map(({ attributes }) => attributes['gridmr.job_id']));
    const spansOf = (jobId: string) => receiver.spans.filter(({ attributes }) => attributes['gridmr.job_id'] === jobId);

    it('are one for each job, from the request to the commit, with a bounded number of spans for 2,000 tasks', () => {
      const spans = spansOf(big);
      const named = (name: string) => spans.filter(span => span.name === name);
      const only = (name: string) => {
        expect(named(name), name).to.have.length(1);
        return named(name)[0] as ReceivedSpan;
      };
      expect(new Set(spans.map(({ traceId }) => traceId))).to.deep.equal(new Set([caller.traceId]));
      const post = only('POST /api/v1/jobs');
      expect(post).to.include({ parentSpanId: caller.spanId, service: 'gridmr-api' });
      expect(post.attributes).to.include({ 'http.response.status_code': 202, 'http.route': '/api/v1/jobs' });
      const plan = only('plan');
      expect(plan).to.include({ parentSpanId: post.spanId, service: 'gridmr-worker' });
      const barrier = only('map-barrier');
      expect(barrier.parentSpanId).to.equal(plan.spanId);
      const commit = only('commit');
      expect(commit.parentSpanId).to.equal(barrier.spanId);
      expect(only('clean-up').parentSpanId).to.equal(commit.spanId);
      const maps = named('map task');
      const reduces = named('reduce task');
      expect(new Set(maps.map(({ parentSpanId }) => parentSpanId))).to.deep.equal(new Set([plan.spanId]));
      expect(reduces.map(({ parentSpanId }) => parentSpanId)).to.deep.equal(Array(3).fill(barrier.spanId));
      expect(maps.length).to.be.within(traceLimits.tasksPerPhaseMax / 2, traceLimits.tasksPerPhaseMax);
      expect(maps.map(({ attributes }) => attributes['gridmr.task_id'])).to.include(`${big}-m-00000`);
      expect(maps[0]?.attributes).to.include({ 'gridmr.outcome': 'committed', 'gridmr.attempt': 1 });
      expect(spans.length).to.equal(5 + maps.length + reduces.length);
    });

    it('say which attempts failed, and why', () => {
      const tasks = spansOf(failed).filter(({ name }) => name === 'map task');
      expect(tasks.map(({ attributes }) => attributes['gridmr.outcome'])).to.deep.equal(['failed']);
      expect(tasks[0]?.status.code).to.equal(2);
      expect(tasks[0]?.status.message).to.match(/undefined/);
    });

    it('are named in job.json, where steps find them that the sweep has queued', () => {
      const post = spansOf(failed).find(({ name }) => name.startsWith('POST '));
      expect(asked.trace_id).to.equal(post?.traceId);
      expect(asked.trace_parent).to.equal(`00-${post?.traceId}-${post?.spanId}-01`);
    });

    it('leave out what the caller has decided not to keep, and requests that only look', () => {
      expect(spansOf(left)).to.deep.equal([]);
      expect(receiver.spans.filter(({ name }) => name.startsWith('GET'))).to.deep.equal([]);
    });

    it('come with the metrics that Prometheus is told', () => {
      // The last that was sent, when the API stopped.
      const last = (name: string) => receiver.metrics.findLast(metric => metric.name === name);
      const attempts = last('gridmr_attempts_total');
      const ofCommitted = attempts?.sum?.dataPoints.filter(({ attributes }) => attributes.outcome === 'committed');
      expect(ofCommitted?.find(({ attributes }) => attributes.kind === 'map')?.asDouble).to.be.greaterThan(2000);
      const [duration] = last('gridmr_task_duration_seconds')?.histogram?.dataPoints ?? [];
      expect(duration?.bucketCounts).to.have.length((duration?.explicitBounds.length ?? 0) + 1);
      expect(duration?.bucketCounts.map(Number).reduce((all, count) => all + count, 0)).to.equal(
        Number(duration?.count),
      );
    });

    it('are made by the SDK, in each process', () => {
      for (const { packages } of loaded) expect(packages).to.include('@opentelemetry/sdk-trace');
      expect(loaded.map(({ entry }) => programOf(entry)).sort()).to.deep.equal(['api', 'worker', 'worker']);
    });
  });

  it('cost nothing without it: no span, and no module of the SDK', async () => {
    const before = receiver.spans.length;
    await using watched = await WatchedStack.start({ OTEL_EXPORTER_OTLP_ENDPOINT: '' });
    await watched.stack.directory.write('lines.txt', line);
    const { job_id: jobId } = await watched.submit();
    expect((await watched.stack.client.waitFor(jobId)).status).to.equal('completed');
    const loaded = await watched.loaded();
    expect(loaded.map(({ entry }) => programOf(entry)).sort()).to.deep.equal(['api', 'worker', 'worker']);
    // The types of the API, without anything behind them, are in the library that makes metrics.
    const sdk = loaded.flatMap(({ packages }) => packages).filter(name => name !== '@opentelemetry/api');
    expect(sdk).to.deep.equal([]);
    expect(receiver.spans).to.have.length(before);
  });
});

function programOf(entry: string): string | undefined {
  return /dist\/(\w+)\.js$/.exec(entry)?.[1];
}
