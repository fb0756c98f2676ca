/** What functions log, and what is left of a job that is deleted. */
import { existsSync } from 'node:fs';
import { ApiError } from '@gridmr/client';
import { jobFiles, type LogLine } from '@gridmr/contracts';
import { waitUntil } from '@gridmr/testkit';
import { expect } from 'chai';
import { RunningStack } from './running-stack.js';

describe('the log of a job', function () {
  this.timeout(120_000);
  let stack: RunningStack;
  before(async () => {
    stack = await RunningStack.start({ workers: 2 });
    await stack.directory.write('lines.txt', 'a\nb\nc\n');
  });
  after(() => stack?.[Symbol.asyncDispose]());

  const request = {
    name: 'logs',
    input_file: 'lines.txt',
    reduce_function: '(k, v, ctx) => { ctx.log("reduced " + k); return [k, 1]; }',
  };

  async function logOf(jobId: string): Promise<LogLine[]> {
    const lines: LogLine[] = [];
    for await (const line of stack.client.allLogs(jobId, { limit: 2 })) lines.push(line);
    return lines;
  }

  it('has the lines of map and reduce, each once, after the clean-up as well', async () => {
    const job = await stack.run({
      ...request,
      map_function: '(line, ctx) => { ctx.log("mapped " + line); return [[line, 1]]; }',
    });
    await waitUntil(
      'the clean-up',
      async () => (await stack.ownFiles(job.job_id)).join() === 'job.json,logs,verdict.json',
    );
    const lines = await logOf(job.job_id);
    expect(lines.map(({ text }) => text)).to.deep.equal([
      'mapped a',
      'mapped b',
      'mapped c',
      'reduced a',
      'reduced b',
      'reduced c',
    ]);
    expect(lines.every(line => line.attempt_state === 'committed')).to.equal(true);
  });

  it('has what a failed attempt logged before it failed, and that of the attempt that followed', async () => {
    const map = (fault: string) => `(line, ctx) => { ctx.log('at ' + line); ${fault} return [[line, 1]]; }`;
    const failed = await stack.run({ ...request, map_function: map('if (line === "b") throw new Error("no b");') });
    expect(failed.status).to.equal('failed');
    await waitUntil('news of the failure', async () => (await logOf(failed.job_id)).length > 0);
    expect((await logOf(failed.job_id)).map(({ text, attempt_state }) => [text, attempt_state])).to.deep.equal([
      ['at a', 'failed'],
      ['at b', 'failed'],
    ]);
    await stack.client.retry(failed.job_id, { map_function: map('') });
    await stack.client.waitFor(failed.job_id);
    const mapped = (await logOf(failed.job_id)).filter(({ text }) => text.startsWith('at'));
    expect(mapped.map(({ run, text }) => `${run} ${text}`)).to.deep.equal([
      '1 at a',
      '1 at b',
      '2 at a',
      '2 at b',
      '2 at c',
    ]);
  });

  it('says how many lines a program wrote beyond those that are kept', async () => {
    const job = await stack.run({
      ...request,
      map_function: '(line, ctx) => { for (let i = 0; i < 700; i++) ctx.log(line + i); }',
    });
    const lines = await logOf(job.job_id);
    expect(lines).to.have.length(1001);
    expect(lines.at(-1)).to.include({ dropped: 1100, line: 1001 });
  });

  it('goes with the job, its output and its history', async () => {
    const job = await stack.run({ ...request, map_function: '(line, ctx) => { ctx.log(line); return [[line, 1]]; }' });
    await stack.client.delete(job.job_id);
    const error = await stack.client.job(job.job_id).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(ApiError).and.to.have.property('code', 'not_found');
    for (const path of [job.spec.output_path, jobFiles.directory(job.job_id)])
      expect(existsSync(stack.directory.resolve(path)), path).to.equal(false);
  });
});
