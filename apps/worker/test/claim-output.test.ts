import { TaskError, zeroCounters } from '@gridmr/contracts';
import { expect } from 'chai';
import { claimOutput, releaseOutput } from '../dist/steps/claim-output.js';
import { openStepFixture, type StepFixture } from './step-fixture.js';

describe('claimOutput', function () {
  this.timeout(20_000);
  let fixture: StepFixture;
  before(async () => {
    fixture = await openStepFixture();
  });
  after(() => fixture?.[Symbol.asyncDispose]());

  async function refusal(claim: Promise<void>): Promise<string> {
    const error = await claim.catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(TaskError);
    return (error as TaskError).error.code;
  }

  it('gives one path to one of many jobs that want it at once', async () => {
    const jobs = await Promise.all(Array.from({ length: 10 }, () => fixture.ask({ output_path: 'output/wanted' })));
    const outcomes = await Promise.allSettled(jobs.map(job => claimOutput(fixture.tools, job)));
    expect(outcomes.filter(outcome => outcome.status === 'fulfilled')).to.have.length(1);
  });

  it('lets the owner claim again, as after a crash', async () => {
    const job = await fixture.ask();
    await claimOutput(fixture.tools, job);
    await claimOutput(fixture.tools, job);
  });

  it('refuses a directory that holds files, and does not keep the claim', async () => {
    await fixture.directory.write('output/full/part', 'x');
    const job = await fixture.ask({ output_path: 'output/full' });
    expect(await refusal(claimOutput(fixture.tools, job))).to.equal('output_exists');
    await fixture.tools.store.remove('output/full');
    await claimOutput(fixture.tools, await fixture.ask({ output_path: 'output/full' }));
  });

  it('takes over the claim of a job that ended without giving it back', async () => {
    const before = await fixture.ask({ output_path: 'output/left' });
    await claimOutput(fixture.tools, before);
    await fixture.tools.jobs.commitVerdict({
      job_id: before.job_id,
      status: 'cancelled',
      finished_at: new Date().toISOString(),
      error: null,
      output: null,
      counters: zeroCounters(),
    });
    await claimOutput(fixture.tools, await fixture.ask({ output_path: 'output/left' }));
  });

  it('gives back only what is its own', async () => {
    const owner = await fixture.ask({ output_path: 'output/own' });
    const other = await fixture.ask({ output_path: 'output/own' });
    await claimOutput(fixture.tools, owner);
    await releaseOutput(fixture.tools.store, other);
    expect(await refusal(claimOutput(fixture.tools, other))).to.equal('output_exists');
    await releaseOutput(fixture.tools.store, owner);
    await claimOutput(fixture.tools, other);
  });
});
