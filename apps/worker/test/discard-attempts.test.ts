import { type AskedJob, jobFiles, taskId, zeroCounters } from '@gridmr/contracts';
import { expect } from 'chai';
import { discardAttempts } from '../dist/attempts/discard-attempts.js';
import { openStepFixture, type StepFixture } from './step-fixture.js';

describe('discardAttempts', function () {
  this.timeout(20_000);
  let fixture: StepFixture;
  before(async () => {
    fixture = await openStepFixture();
  });
  after(() => fixture?.[Symbol.asyncDispose]());

  async function attempt({ job_id }: AskedJob, name: string) {
    const outputPath = jobFiles.attemptOutput(job_id, 'map', 0, name, 'segment');
    await fixture.tools.store.write(outputPath, Buffer.from('x'));
    return { taskId: taskId(job_id, 'map', 0), outputPath };
  }

  const isThere = async (path: string) => (await fixture.tools.store.stat(path)) !== undefined;

  it('removes the output of an attempt that was ended, and nothing of another', async () => {
    const asked = await fixture.ask();
    const [ended, other] = [await attempt(asked, 'a1-ended'), await attempt(asked, 'a2-other')];
    await fixture.tools.store.createWriter(ended.outputPath);
    await discardAttempts(fixture.tools, [ended]);
    expect(await isThere(ended.outputPath)).to.equal(false);
    expect(await isThere(other.outputPath)).to.equal(true);
  });

  it('removes its dead letters, too', async () => {
    const asked = await fixture.ask();
    const ended = await attempt(asked, 'a1-ended');
    const deadLettersPath = jobFiles.deadLetterFile(asked.job_id, 0, 'a1-ended');
    await fixture.tools.store.write(deadLettersPath, Buffer.from('x'));
    await discardAttempts(fixture.tools, [{ ...ended, deadLettersPath }]);
    expect(await isThere(deadLettersPath)).to.equal(false);
  });

  it('keeps the output of an attempt that was committed before its thread was ended', async () => {
    const asked = await fixture.ask();
    const committed = await attempt(asked, 'a1-first');
    await fixture.tools.jobs.commitAttempt({
      task_id: committed.taskId,
      attempt: 1,
      worker_id: 'test',
      started_at: new Date().toISOString(),
      committed_at: new Date().toISOString(),
      file: committed.outputPath.slice(committed.outputPath.lastIndexOf('/') + 1),
      bytes: 1,
      records: 1,
      crc32c: 0,
      counters: zeroCounters(),
    });
    await discardAttempts(fixture.tools, [committed]);
    expect(await isThere(committed.outputPath)).to.equal(true);
  });
});
