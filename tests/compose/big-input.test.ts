/**
 * An input that is greater than the memory of the container that reads it, in the compose file as it is: by
 * `GRIDMR_TEST_COMPOSE_INPUT_MB=2000 npm run test:compose -- -g "greater than the memory"`.
 */
import type { Job } from '@gridmr/contracts';
import { sampleChunks } from '@gridmr/samples';
import { expect } from 'chai';
import { ComposeProject } from './compose-project.js';
import { whyNoEngine } from './container-engine.js';
import { type MemoryFigures, readMemory } from './memory-figures.js';

const mb = 1_000_000;
const inputBytes = Number(process.env.GRIDMR_TEST_COMPOSE_INPUT_MB ?? 0) * mb;
/** Text of this size, again and again: what is counted in it once is known of all of it. */
const pieceBytes = 20 * mb;
const pieces = Math.ceil(inputBytes / pieceBytes);
const input = 'big/words.txt';
const jobMs = 3_600_000;
const bars = { workerBytes: 512 * 1024 * 1024, apiBytes: 256 * 1024 * 1024 };

const add = '(word, counts) => [word, counts.reduce((a, b) => a + b, 0)]';
const functions = {
  map_function: '(line, ctx) => { for (const word of line.split(" ")) if (word) ctx.emit(word, 1); }',
  reduce_function: add,
} as const;

describe('an input greater than the memory of its worker', function () {
  this.timeout(jobMs);
  let project: ComposeProject;
  let worker: string;
  let atFirst: MemoryFigures;
  const piece = [...sampleChunks('text', inputBytes > 0 ? pieceBytes : 0)].join('');

  before(async function () {
    if (inputBytes === 0) this.skip();
    const reason = await whyNoEngine();
    if (reason !== undefined) {
      process.stderr.write(`An input greater than the memory is not tested: ${reason}.\n`);
      this.skip();
    }
    project = await ComposeProject.createBuilt('compose.yaml');
    await project.up(1);
    worker = await project.container('worker');
    atFirst = await readMemory(project, worker);
    await project.client.files.upload(input, repeated(new TextEncoder().encode(piece), pieces));
  });
  after(() => project?.[Symbol.asyncDispose]());

  async function run(name: string, more: { readonly combine_function?: string } = {}): Promise<Job> {
    const started = performance.now();
    const request = { name, input_file: input, num_reducers: 2, ...functions, ...more };
    const { job_id } = await project.client.submit(request);
    const job = await project.client.waitFor(job_id, { signal: AbortSignal.timeout(jobMs) });
    const seconds = (performance.now() - started) / 1000;
    const memory = await readMemory(project, worker);
    const { shuffle_bytes, spilled_records } = job.counters;
    process.stderr.write(
      `      ${seconds.toFixed(0)} s, ${shown(shuffle_bytes)} shuffled, ${spilled_records} records spilled; ` +
        `worker: ${shown(memory.peakResidentBytes)} resident at most, ${shown(memory.peakBytes)} with the kernel's memory of files\n`,
    );
    return job;
  }

  async function expectUnharmed(job: Job): Promise<void> {
    expect(job.error).to.equal(null);
    expect(job.counters.map_input_bytes).to.equal(pieces * piece.length);
    expect(job.counters).to.include({ failed_attempts: 0, lost_attempts: 0 });
    expect(await countsOf(project, job.job_id)).to.deep.equal(countWords(piece, pieces));
    const memory = await readMemory(project, worker);
    const { restarts, startedAt } = atFirst;
    expect(memory).to.include({ restarts, startedAt, isOutOfMemory: false, kills: 0, limitBytes: bars.workerBytes });
    expect(memory.peakResidentBytes).to.be.within(1, bars.workerBytes);
  }

  it('is received by an API of at most 256 MB', async () => {
    const memory = await readMemory(project, await project.container('api'));
    process.stderr.write(`      API: ${shown(memory.peakResidentBytes)} resident at most\n`);
    expect(memory.peakResidentBytes).to.be.within(1, bars.apiBytes);
  });

  it('is counted with a combiner', async () => {
    await expectUnharmed(await run('with a combiner', { combine_function: add }));
  });

  it('is counted without one: every word is sorted and shuffled', async () => {
    const job = await run('without a combiner');
    expect(job.counters.reduce_input_records).to.equal(job.counters.map_output_records);
    await expectUnharmed(job);
  });
});

function repeated(bytes: Uint8Array, times: number): ReadableStream<Uint8Array> {
  let left = times;
  return new ReadableStream({
    pull: controller => {
      if (left-- > 0) controller.enqueue(bytes);
      else controller.close();
    },
  });
}

/** Without any of the code under test. */
function countWords(text: string, times: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of text.split(/[ \n]/)) if (word !== '') counts.set(word, (counts.get(word) ?? 0) + times);
  return counts;
}

async function countsOf(project: ComposeProject, jobId: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const line of project.client.results(jobId)) {
    const [word = '', count] = line.split('\t');
    counts.set(word, Number(count));
  }
  return counts;
}

function shown(bytes: number): string {
  return `${(bytes / mb).toFixed(0)} MB`;
}
