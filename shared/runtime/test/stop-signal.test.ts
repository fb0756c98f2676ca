import { setTimeout as delay } from 'node:timers/promises';
import { processLimits } from '@gridmr/contracts';
import { expect } from 'chai';
import { startProgram } from './child-program.js';

describe('stopSignal', function () {
  this.timeout(120_000);

  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    it(`is aborted by ${name}`, async () => {
      await using program = startProgram('wait-for-stop');
      await program.message();
      program.process.kill(name);
      expect(await program.message()).to.deep.equal({ stopping: name });
    });
  }

  it('is aborted when the parent goes', async () => {
    await using program = startProgram('wait-for-stop');
    await program.message();
    program.process.disconnect();
    expect(await program.exit).to.deep.equal([7, null]);
  });

  it('is aborted when the parent went before the program was loaded', async () => {
    await using program = startProgram('wait-for-stop');
    program.process.disconnect();
    expect(await program.exit).to.deep.equal([7, null]);
  });

  it('lets a second Ctrl-C end the process at once with 130', async () => {
    await using program = startProgram('wait-for-stop');
    await program.message();
    program.process.kill('SIGINT');
    await program.message();
    await delay(processLimits.sameSignalMs + 100);
    program.process.kill('SIGINT');
    expect(await program.exit).to.deep.equal([130, null]);
  });

  it('takes the doubled delivery of one Ctrl-C, and the SIGTERM that follows it, for no order to hurry', async () => {
    await using program = startProgram('wait-for-stop');
    await program.message();
    program.process.kill('SIGINT');
    await program.message();
    program.process.kill('SIGINT');
    await delay(processLimits.sameSignalMs + 100);
    program.process.kill('SIGTERM');
    await delay(100);
    expect(program.process.exitCode).to.equal(null);
  });
});
