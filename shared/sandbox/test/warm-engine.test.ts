/** A new process does not run its first long record in code that V8 has yet to optimise. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compilePublishedQuickJs, warmEngine } from '@gridmr/sandbox';
import { expect } from 'chai';

const run = promisify(execFile);
const program = fileURLToPath(new URL('./first-call-process.js', import.meta.url));
/** A cold first call takes five times as long. */
const slowerMax = 2;

interface Calls {
  readonly wasWarmed: boolean;
  readonly first: number;
  readonly second: number;
}

async function callsOf(...args: readonly string[]): Promise<Calls> {
  const { stdout } = await run(process.execPath, [program, ...args]);
  return JSON.parse(stdout) as Calls;
}

describe('warming the engine up', function () {
  this.timeout(60_000);

  it('makes the first call of a process as fast as those after it', async () => {
    const { wasWarmed, first, second } = await callsOf('warm');
    expect(wasWarmed).to.equal(true);
    expect(first / second).to.be.lessThan(slowerMax);
  });

  it('is what the first call lacks without it', async () => {
    const { first, second } = await callsOf();
    expect(first / second).to.be.greaterThan(slowerMax);
  });

  it('ends when its patience does, whatever V8 has done by then', async () => {
    const { module } = await compilePublishedQuickJs();
    expect(await warmEngine(module, 0)).to.equal(false);
  });
});
