/**
 * A whole stack whose files are in an object store: the small server of the testkit, or a real one at `GRIDMR_TEST_S3_URL`. Jobs give the same bytes as
 * on a disk, files come and go, a killed worker is survived, a retry goes on from what is committed.
 */
import { randomUUID } from 'node:crypto';
import type { Job, JobRequest, Task } from '@gridmr/contracts';
import { encodeKey, hashKey, type Key, partitionOf } from '@gridmr/engine';
import { type BlobStore, openStore } from '@gridmr/storage';
import { makeText, ObjectStoreServer, randomFor, runOracle, TemporaryDirectory, waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { RunningStack } from './running-stack.js';

const mebibyte = 1024 * 1024;
const reducers = 3;
const text = makeText(randomFor('object store'), 'words', 12_000);

const program = {
  form: 'functions',
  map_function: `(line, ctx) => { for (const word of line.split(' ')) if (word !== '') ctx.emit(word, 1); }`,
  combine_function: '(word, counts) => [word, counts.reduce((a, b) => a + b, 0)]',
  reduce_function: '(word, counts) => [word, counts.reduce((a, b) => a + b, 0)]',
} as const;
const { form: _form, ...functions } = program;

const wordCount: JobRequest = {
  name: 'word count',
  input_file: 'input/words.txt',
  ...functions,
  num_reducers: reducers,
  split_size_mb: text.length / 7 / mebibyte,
};

const isAt = (key: Key, count: number) => {
  const bytes = encodeKey(key);
  return partitionOf(hashKey(bytes, 0, bytes.length), count);
};
const partsByOracle = () =>
  runOracle({ program, inputs: [{ path: 'input/words.txt', bytes: text }], numReducers: reducers }, (key, count) =>
    isAt(key as Key, count),
  ).then(({ parts }) => parts.map(lines => lines.map(line => `${line}\n`).join('')));

describe('a stack whose files are in an object store', function () {
  this.timeout(120_000);
  let server: ObjectStoreServer | undefined;
  let home: TemporaryDirectory;
  let stack: RunningStack;
  let store: BlobStore;
  let expectedParts: readonly string[];

  before(async () => {
    expectedParts = await partsByOracle();
    home = await TemporaryDirectory.create('object-store');
    if (process.env.GRIDMR_TEST_S3_URL === undefined) {
      server = await ObjectStoreServer.start(['bucket']);
      process.env.AWS_ACCESS_KEY_ID ??= 'test';
      process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
    }
    const own = `s3://bucket?endpoint=${encodeURIComponent(server?.endpoint ?? '')}&path_style=true`;
    const address = (process.env.GRIDMR_TEST_S3_URL ?? own).replace('?', `/stack-${randomUUID()}?`);
    const [place = '', query = ''] = address.split('?');
    const options = new URLSearchParams(query);
    store = await openStore(address);
    stack = await RunningStack.start({
      env: {
        GRIDMR_DATA_DIR: place,
        GRIDMR_S3_ENDPOINT: options.get('endpoint') ?? '',
        GRIDMR_S3_REGION: options.get('region') ?? '',
        GRIDMR_S3_PATH_STYLE: options.get('path_style') ?? '',
        GRIDMR_STATE_DIR: home.path,
        GRIDMR_LOCK_SECONDS: '3',
        GRIDMR_STALLED_CHECK_SECONDS: '1',
      },
    });
  });
  after(async () => {
    await stack?.[Symbol.asyncDispose]();
    await home?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  const filesUrl = (path: string) => `${stack.url}/api/v1/files/${path}`;
  const ended = (jobId: string): Promise<Job> => stack.client.waitFor(jobId, { signal: AbortSignal.timeout(100_000) });

  async function upload(path: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
    return (await fetch(filesUrl(path), { method: 'PUT', body, headers })).status;
  }

  async function download(path: string, range?: string): Promise<Buffer> {
    const response = await fetch(filesUrl(path), { headers: range === undefined ? {} : { range } });
    return Buffer.from(await response.arrayBuffer());
  }

  async function pathsBelow(directory: string): Promise<string[]> {
    const paths: string[] = [];
    for await (const path of store.listPaths(directory)) paths.push(path);
    return paths;
  }

  async function partsOf(job: Job): Promise<string[]> {
    const paths = (await pathsBelow(job.spec.output_path)).filter(path => path.includes('/part-'));
    return Promise.all(paths.map(async path => (await download(path)).toString()));
  }

  async function expectTidy(jobId: string): Promise<void> {
    const own = `.gridmr/jobs/${jobId}`;
    const kept = [`${own}/job.json`, `${own}/verdict.json`];
    await waitUntil('the clean-up', async () => (await pathsBelow(own)).join() === kept.join());
  }

  it('takes files up in parts, gives them back whole and by ranges, and removes them', async () => {
    const bytes = new Uint8Array(Buffer.alloc(17 * mebibyte + 5, text));
    expect(await upload('up/big.bin', bytes)).to.equal(201);
    expect(Buffer.compare(await download('up/big.bin'), bytes)).to.equal(0);
    expect(
      Buffer.compare(await download('up/big.bin', 'bytes=9000000-9999999'), bytes.subarray(9_000_000, 10_000_000)),
    ).to.equal(0);
    expect(await upload('up/big.bin', bytes.subarray(0, 10), { 'if-none-match': '*' })).to.equal(412);
    expect(await upload('up/big.bin/below', bytes.subarray(0, 10))).to.equal(409);
    expect(await upload('up/new.bin', bytes, { 'if-none-match': '*' })).to.equal(201);
    const { items } = await stack.client.files.list({ prefix: 'up/' });
    expect(items.map(({ path }) => path)).to.deep.equal(['up/big.bin', 'up/new.bin']);
    for (const path of ['up/big.bin', 'up/new.bin'])
      expect((await fetch(filesUrl(path), { method: 'DELETE' })).status).to.equal(204);
    expect(await pathsBelow('')).to.deep.equal([]);
    expect(await pathsBelow('.gridmr/uploads')).to.deep.equal([]);
  });

  it('counts words with a combiner and several reducers, to the byte as the oracle does', async () => {
    expect(await upload('input/words.txt', new Uint8Array(text))).to.equal(201);
    const job = await stack.run(wordCount);
    expect(job.error).to.equal(null);
    expect(await partsOf(job)).to.deep.equal(expectedParts);
    expect(job.tasks.map.completed).to.be.at.least(7);
    expect((await store.names(job.spec.output_path)).sort()).to.deep.equal([
      '_SUCCESS',
      '_manifest.json',
      ...Array.from({ length: reducers }, (_, i) => `part-r-0000${i}`),
    ]);
    await expectTidy(job.job_id);
  });

  it('survives the end of a worker', async () => {
    const stuck = `(line, ctx) => { while (ctx.task.attempt === 1 && ctx.input.offset === 0); return (${program.map_function})(line, ctx); }`;
    const { job_id } = await stack.client.submit({ ...wordCount, map_function: stuck, speculative: false });
    const task = await waitUntil('an attempt that hangs', async (): Promise<Task | undefined> => {
      const { tasks } = await stack.client.status(job_id);
      const { items } = await stack.client.tasks(job_id);
      return tasks.map.running === 1 && tasks.map.pending === 0
        ? items.find(each => each.state === 'running')
        : undefined;
    });
    process.kill(Number(task.attempts[0]?.worker_id?.split('-').at(-2)), 'SIGKILL');
    const job = await ended(job_id);
    expect(job.error).to.equal(null);
    expect(job.counters.lost_attempts).to.be.at.least(1);
    expect(await partsOf(job)).to.deep.equal(expectedParts);
    await expectTidy(job_id);
  });

  it('goes on from committed tasks when a failed job is retried, and removes it when it is deleted', async () => {
    const failing = { ...wordCount, reduce_function: '() => { throw new Error("not yet"); }' };
    const failed = await stack.run(failing);
    expect(failed.status).to.equal('failed');
    await stack.client.retry(failed.job_id, { reduce_function: program.reduce_function });
    const job = await ended(failed.job_id);
    expect(job.error).to.equal(null);
    expect(await partsOf(job)).to.deep.equal(expectedParts);
    for await (const { attempts } of stack.client.allTasks(job.job_id, { kind: 'map' })) {
      expect(attempts.map(({ run }) => run).every(run => run === 1)).to.equal(true);
      expect(attempts.filter(({ state }) => state === 'committed')).to.have.length(1);
    }
    await stack.client.delete(job.job_id);
    await waitUntil('the removal', async () => {
      const left = [...(await pathsBelow('.gridmr/jobs')), ...(await pathsBelow(job.spec.output_path))];
      return left.every(path => !path.includes(job.job_id));
    });
  });
});
