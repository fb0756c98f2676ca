import { jobFiles, taskId, zeroCounters } from '@gridmr/contracts';
import { expect } from 'chai';
import { keepDeadLetters } from '../dist/steps/keep-dead-letters.js';
import { openStepFixture, type StepFixture } from './step-fixture.js';

describe('keepDeadLetters', function () {
  this.timeout(20_000);
  let fixture: StepFixture;
  before(async () => {
    fixture = await openStepFixture();
  });
  after(() => fixture?.[Symbol.asyncDispose]());

  async function write(jobId: string, index: number, attempt?: string): Promise<string> {
    const path = jobFiles.deadLetterFile(jobId, index, attempt);
    await fixture.tools.store.write(path, Buffer.from(attempt ?? 'kept'));
    return path.slice(path.lastIndexOf('/') + 1);
  }

  async function commit(jobId: string, index: number, dead_letters?: string): Promise<void> {
    await fixture.tools.jobs.commitAttempt({
      task_id: taskId(jobId, 'map', index),
      attempt: 1,
      worker_id: 'test',
      started_at: new Date().toISOString(),
      committed_at: new Date().toISOString(),
      file: 'm.segment',
      bytes: 1,
      records: 1,
      crc32c: 0,
      counters: zeroCounters(),
      ...(dead_letters === undefined ? {} : { dead_letters }),
    });
  }

  const namesOf = async (jobId: string) => (await fixture.tools.store.names(jobFiles.deadLetters(jobId))).sort();

  it('names those of committed attempts after their task, and removes all others', async () => {
    const { job_id } = await fixture.ask();
    await commit(job_id, 0, await write(job_id, 0, 'a2-won'));
    await write(job_id, 0, 'a1-lost');
    await commit(job_id, 1);
    await write(job_id, 1, 'a1-late');
    await write(job_id, 2, 'a1-never-committed');
    await fixture.tools.store.createWriter(jobFiles.deadLetterFile(job_id, 2, 'a1-never-committed'));
    await keepDeadLetters(fixture.tools, job_id);
    expect(await namesOf(job_id)).to.deep.equal(['m-00000.jsonl']);
    const content = await fixture.tools.store.read(jobFiles.deadLetterFile(job_id, 0), 100);
    expect(Buffer.from(content).toString()).to.equal('a2-won');
  });

  it('changes nothing when it runs again, also once the commit records are gone', async () => {
    const { job_id } = await fixture.ask();
    await commit(job_id, 100_000, await write(job_id, 100_000, 'a1-won'));
    await keepDeadLetters(fixture.tools, job_id);
    await fixture.tools.jobs.removeIntermediates(job_id);
    await keepDeadLetters(fixture.tools, job_id);
    await fixture.tools.jobs.removeIntermediates(job_id);
    expect(await namesOf(job_id)).to.deep.equal(['m-100000.jsonl']);
  });

  it('has nothing to do for a job that skipped nothing', async () => {
    const { job_id } = await fixture.ask();
    await keepDeadLetters(fixture.tools, job_id);
    expect(await namesOf(job_id)).to.deep.equal([]);
  });
});
