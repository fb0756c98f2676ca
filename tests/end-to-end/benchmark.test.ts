/** `POST /benchmark` and what becomes of it, on real processes. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { ApiError } from '@gridmr/client';
import { type Benchmark, benchmarkLimits, benchmarksDirectory } from '@gridmr/contracts';
import { childProcesses, TemporaryDirectory, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { type StartedStack, startStack } from './started-stack.js';

const run = promisify(execFile);
const limitMs = 120_000;

describe('a benchmark', function () {
  this.timeout(limitMs);
  let directory: TemporaryDirectory;
  let stack: StartedStack;

  before(async () => {
    directory = await TemporaryDirectory.create('benchmark');
    stack = await startStack(directory, { GRIDMR_WORKERS: '2' });
  });
  after(async () => {
    await stack?.process.stop(60_000);
    await directory?.[Symbol.asyncDispose]();
  });

  const ended = (id: string): Promise<Benchmark> =>
    waitUntil(
      'the end of the benchmark',
      async () => {
        const benchmark = await stack.client.benchmarks.read(id);
        return benchmark.finished_at !== null && benchmark;
      },
      { timeoutMs: limitMs },
    );
  const refusal = (body: object) =>
    stack.client.benchmarks.start(body as never).then(
      () => undefined,
      error => (error instanceof ApiError ? error : undefined),
    );

  it('runs as often as asked, and tells the seconds, the throughput and the counters of each run', async () => {
    const { benchmark_id, status, links } = await stack.client.benchmarks.start({ data_size: '300KB', iterations: 2 });
    expect(status).to.equal('running');
    expect(links.self).to.equal(`/api/v1/benchmark/${benchmark_id}`);
    const benchmark = await ended(benchmark_id);
    expect(benchmark).to.include({ status: 'completed', error: null, iterations: 2, interruptions: 0, workers: null });
    expect(benchmark.data_bytes).to.be.within(300_000, 301_000);
    expect(benchmark.runs.map(run => run.iteration)).to.deep.equal([1, 2]);
    for (const { seconds, mb_per_second, counters } of benchmark.runs) {
      expect(seconds).to.be.greaterThan(0);
      expect(mb_per_second).to.be.closeTo(benchmark.data_bytes / 1e6 / seconds, 1e-9);
      expect(counters.map_input_bytes).to.equal(benchmark.data_bytes);
    }
    expect(benchmark.runs[0]?.counters.reduce_output_records).to.equal(
      benchmark.runs[1]?.counters.reduce_output_records,
    );
  });

  it('leaves no data, no output and no jobs', async () => {
    const { benchmark_id } = await stack.client.benchmarks.start({ data_size: '100KB' });
    const { runs } = await ended(benchmark_id);
    expect(existsSync(directory.resolve(`${benchmarksDirectory}/${benchmark_id}`))).to.equal(false);
    const gone = await stack.client.job(runs[0]?.job_id ?? '').catch((error: ApiError) => error.code);
    expect(gone).to.equal('not_found');
  });

  it('cuts the input into no more tasks than workers are asked for', async () => {
    const { benchmark_id } = await stack.client.benchmarks.start({ data_size: '2MB', workers: 3 });
    const tasks = await waitUntil('its plan', async () => {
      const { items } = await stack.client.listJobs({});
      const job = items.find(({ name }) => name.includes(benchmark_id));
      return job !== undefined && job.tasks.map.total > 0 && job.tasks;
    });
    expect([tasks.map.total, tasks.reduce.total]).to.deep.equal([3, 3]);
    expect((await ended(benchmark_id)).workers).to.equal(3);
  });

  it('fails with the reason when its job is cancelled, and cleans up too', async () => {
    const { benchmark_id } = await stack.client.benchmarks.start({ data_size: '30MB' });
    const job = await waitUntil('its job', async () => {
      const { items } = await stack.client.listJobs({});
      return items.find(({ name }) => name.includes(benchmark_id));
    });
    await stack.client.cancel(job.job_id);
    const benchmark = await ended(benchmark_id);
    expect(benchmark.status).to.equal('failed');
    expect(benchmark.error).to.include(job.job_id).and.include('cancelled');
    expect(await readdir(directory.resolve(benchmarksDirectory))).to.deep.equal([]);
  });

  it('goes on when its API process is killed, and says that it was interrupted', async () => {
    const { benchmark_id } = await stack.client.benchmarks.start({ data_size: '3MB', iterations: 6 });
    await waitUntil('the first run', async () => (await stack.client.benchmarks.read(benchmark_id)).runs.length > 0);
    const pids = await childProcesses(stack.process.pid);
    const { stdout } = await run('ps', ['-o', 'pid=,args=', '-p', pids.join()]);
    const [pid] =
      stdout
        .split('\n')
        .find(line => line.includes('dist/api.js'))
        ?.trim()
        .split(/\s+/) ?? [];
    process.kill(Number(pid), 'SIGKILL');
    await waitUntil('another API', async () => (await stack.client.health()).status === 'ok');
    const benchmark = await ended(benchmark_id);
    expect(benchmark.status).to.equal('completed');
    expect(benchmark.interruptions).to.equal(1);
    expect(benchmark.runs.map(run => run.iteration)).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it('is refused for sizes that are none or too great, by field, and beyond what may wait', async () => {
    for (const data_size of ['', 'much', '0MB', '-1MB', '2GiB', '1e9B']) {
      const refused = await refusal({ data_size });
      expect(refused?.code, data_size).to.equal('invalid_request');
      expect(refused?.problem.errors?.[0]?.path).to.equal('data_size');
    }
    expect((await refusal({ data_size: '1MB', iterations: 11 }))?.code).to.equal('invalid_request');
    const started: string[] = [];
    for (let i = 0; i < benchmarkLimits.unfinishedMax; i++) {
      started.push((await stack.client.benchmarks.start({ data_size: '2MB' })).benchmark_id);
    }
    const refused = await refusal({ data_size: '1MB' });
    expect(refused?.code).to.equal('too_many_requests');
    for (const id of started) expect((await ended(id)).status).to.equal('completed');
  });
});
