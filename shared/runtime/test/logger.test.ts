import { expect } from 'chai';
import { startProgram } from './child-program.js';

describe('createLogger', function () {
  this.timeout(120_000);

  it('writes JSON lines with time, level, service and fields, bounded in length', async () => {
    await using program = startProgram('log-lines');
    await program.exit;
    const [sure, failed, long] = program.log();

    expect(sure).to.include({
      level: 'info',
      message: '100%d sure',
      service: 'test',
      worker_id: 'w1',
      request_id: 'r1',
    });
    expect(sure?.timestamp).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

    expect(failed).to.include({ level: 'error', job_id: 'j1', task_id: 't1', attempt: 2, worker_id: 'w1' });
    const error = failed?.error as { cause: object; stack: string };
    expect(error).to.include({ message: 'outer', code: 'EOUTER' });
    expect(error.stack).to.contain('log-lines');
    expect(error.cause).to.include({ message: 'inner' });

    expect(JSON.stringify(long).length).to.be.below(20_000);
    expect(long).to.include({ level: 'warn', big: '1' });
    expect(program.log()).to.have.length(3);
  });
});

describe('installCrashGuard', function () {
  this.timeout(120_000);

  for (const origin of ['exception', 'rejection']) {
    it(`ends the process with 1 and one line after an uncaught ${origin}`, async () => {
      await using program = startProgram('crash', [origin]);
      expect(await program.exit).to.deep.equal([1, null]);
      const lines = program.log();
      expect(lines).to.have.length(1);
      expect(lines[0]).to.include({ level: 'error', fatal: true, worker_id: 'w1' });
      expect(lines[0]?.error).to.include({ message: 'no way on' });
    });
  }
});
