/**
 * The calls of the system that GridMR grew out of, word for word, but with functions in JavaScript: scripts that were written for it go on working. Plain HTTP, no
 * client.
 */
import { readFile } from 'node:fs/promises';
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { RunningStack } from './running-stack.js';

const sampleText = 'hello world\nhello grid\nmap reduce map\n';
const map_function = `function map(line) {
  const pairs = [];
  for (const word of line.split(' ')) pairs.push([word.toLowerCase(), 1]);
  return pairs;
}`;
const reduce_function = `function reduce(key, values) {
  let total = 0;
  for (const value of values) total += value;
  return [key, total];
}`;
const counted = ['grid\t1', 'hello\t2', 'map\t2', 'reduce\t1', 'world\t1'];

/** Fields that these calls read; each answer has some of them. */
interface Answered {
  readonly job_id: string;
  readonly benchmark_id: string;
  readonly status: string;
  readonly error: { readonly message: string };
  readonly progress: object;
  readonly counters: object;
  readonly spec: object;
  readonly code: string;
  readonly detail: string;
  readonly workers: readonly object[];
  readonly runs: readonly { readonly mb_per_second: number }[];
}

describe('calls of the seed system', function () {
  this.timeout(120_000);
  let stack: RunningStack;
  before(async () => {
    stack = await RunningStack.start({ workers: 2 });
    await stack.directory.write('input/sample.txt', sampleText);
  });
  after(() => stack?.[Symbol.asyncDispose]());

  const get = (path: string) => fetch(`${stack.url}${path}`);
  const post = (path: string, body: object) =>
    fetch(`${stack.url}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  /** What a script makes of an answer. */
  const json = async (response: Response) => (await response.json()) as Answered;

  /** Polls as scripts do. */
  const completed = (jobId: string) =>
    waitUntil('"completed"', async () => {
      const { status, error } = await json(await get(`/api/v1/jobs/${jobId}/status`));
      if (status === 'failed') throw new Error(error.message);
      return status === 'completed';
    });
  const results = async (jobId: string) =>
    (await (await get(`/api/v1/jobs/${jobId}/results`)).text()).trim().split('\n');

  describe('POST /api/v1/jobs with name, input_file, map_function, reduce_function and num_reducers', () => {
    const body = {
      name: 'word-count-test',
      input_file: '/data/input/sample.txt',
      map_function,
      reduce_function,
      num_reducers: 2,
    };

    it('answers with a job_id; /status says "completed" in the end; /results has the counts', async () => {
      const answer = await post('/api/v1/jobs', body);
      expect(answer.status).to.equal(202);
      const { job_id, status } = await json(answer);
      expect(status).to.equal('queued');
      await completed(job_id);
      expect((await results(job_id)).sort()).to.deep.equal(counted);
    });

    it('tells the job by GET /api/v1/jobs/{id}, and its progress by /status', async () => {
      const { job_id } = await json(await post('/api/v1/jobs', body));
      await completed(job_id);
      expect(await json(await get(`/api/v1/jobs/${job_id}`))).to.include({
        job_id,
        name: body.name,
        status: 'completed',
      });
      expect((await json(await get(`/api/v1/jobs/${job_id}/status`))).progress).to.deep.equal({ map: 1, reduce: 1 });
    });

    it('tells counters and durations by GET /api/v1/jobs/{id}/metrics', async () => {
      const { job_id } = await json(await post('/api/v1/jobs', body));
      await completed(job_id);
      const metrics = await json(await get(`/api/v1/jobs/${job_id}/metrics`));
      expect(metrics.counters).to.include({ map_input_records: 3, map_output_records: 7, reduce_output_records: 5 });
    });
  });

  describe('the older body of POST /api/v1/jobs', () => {
    const body = {
      client_id: 'client-1',
      job_name: 'word-count',
      input_data_path: '/data/input/sample.txt',
      output_data_path: '/data/output/word-count',
      map_function,
      reduce_function,
      split_size: 64,
      parameters: { language: 'en' },
    };

    it('is understood field by field', async () => {
      const { job_id } = await json(await post('/api/v1/jobs', body));
      await completed(job_id);
      const job = await json(await get(`/api/v1/jobs/${job_id}`));
      expect(job).to.include({ client_id: 'client-1', name: 'word-count' });
      expect(job.spec).to.deep.include({
        inputs: ['input/sample.txt'],
        output_path: 'output/word-count',
        split_size_mb: 64,
        parameters: { language: 'en' },
      });
      const part = await readFile(stack.directory.resolve('output/word-count/part-r-00000'), 'utf8');
      expect(part.trim().split('\n')).to.deep.equal(counted);
    });

    it('gives its parameters to the functions', async () => {
      const more = {
        output_data_path: '/data/output/parameters',
        map_function: '(line, ctx) => [[ctx.params.language, 1]]',
      };
      const { job_id } = await json(await post('/api/v1/jobs', { ...body, ...more }));
      await completed(job_id);
      expect(await results(job_id)).to.deep.equal(['en\t3']);
    });
  });

  describe('functions in Python', () => {
    for (const [name, source] of Object.entries({
      'a def': 'def map_function(key, value):\n    for word in value.split():\n        yield word, 1\n',
      'a def after a comment': '# words\ndef map_function(key, value):\n    return [(w, 1) for w in value.split()]\n',
      'a lambda': 'lambda line: [(w, 1) for w in line.split()]',
    })) {
      it(`are refused with the languages that are accepted: ${name}`, async () => {
        const answer = await post('/api/v1/jobs', {
          name: 'python',
          input_file: '/data/input/sample.txt',
          map_function: source,
        });
        expect(answer.status).to.equal(400);
        const problem = await json(answer);
        expect(problem.code).to.equal('language_not_supported');
        expect(problem.detail).to.include('Python').and.include('"javascript"').and.include('"typescript"');
      });
    }

    it('are refused by language: "python" too', async () => {
      const body = { name: 'python', input_file: '/data/input/sample.txt', map_function, language: 'python' };
      const answer = await post('/api/v1/jobs', body);
      expect(answer.status).to.equal(400);
      const problem = await json(answer);
      expect(problem.code).to.equal('language_not_supported');
      expect(problem.detail).to.include('javascript').and.include('typescript');
    });
  });

  it('GET /api/v1/workers/status lists the workers', async () => {
    const workers = await waitUntil('both workers', async () => {
      const list = (await json(await get('/api/v1/workers/status'))).workers;
      return list.length === 2 && list;
    });
    expect(workers[0]).to.have.keys(
      'worker_id host pid version state slots active_tasks cpu_percent rss_mb tasks_completed tasks_failed sandbox_restarts loop_lag_ms started_at last_heartbeat_at'.split(
        ' ',
      ),
    );
  });

  it('GET /api/v1/metrics/system tells of jobs, tasks, queues and workers', async () => {
    const metrics = await json(await get('/api/v1/metrics/system'));
    expect(metrics).to.include.keys('jobs', 'tasks', 'queues', 'workers', 'redis', 'storage');
  });

  it('POST /api/v1/benchmark with data_size, workers and iterations measures the service', async () => {
    const answer = await post('/api/v1/benchmark', { data_size: '1MB', workers: 2, iterations: 2 });
    expect(answer.status).to.equal(202);
    const { benchmark_id } = await json(answer);
    const benchmark = await waitUntil('its end', async () => {
      const now = await json(await get(`/api/v1/benchmark/${benchmark_id}`));
      return now.status !== 'running' && now;
    });
    expect(benchmark.status).to.equal('completed');
    expect(benchmark.runs).to.have.length(2);
    for (const run of benchmark.runs) expect(run.mb_per_second).to.be.greaterThan(0);
  });

  it('GET /health says that all is well', async () => {
    const answer = await get('/health');
    expect(answer.status).to.equal(200);
    expect((await json(answer)).status).to.equal('ok');
  });
});
