/** Everything that leaves a sandbox is untrusted, also if the engine itself should have a hole: then the guest's memory is whatever the program wants. */
import { TaskError } from '@gridmr/contracts';
import { GuardedThread, ThreadTimeoutError } from '@gridmr/sandbox';
import { expect } from 'chai';
import type { CorruptedRequest } from './corrupted-thread.js';

const entry = new URL('./corrupted-thread.js', import.meta.url);
const runs = 60;
const deadlineMs = 1000;
const graceMs = 1000;
const codes = ['user_code_error', 'memory_limit', 'task_timeout'];

describe('a guest whose memory is forged', function () {
  this.timeout(300_000);

  it(`ends with an error of the program, or not at all: ${runs} times`, async () => {
    let thread = await GuardedThread.start(entry);
    const ends: string[] = [];
    for (let i = 0; i < runs; i++) {
      if (!thread.alive) thread = await GuardedThread.start(entry);
      const seed = `forged memory ${i}`;
      const request = thread.run<CorruptedRequest, void>({ seed, deadlineMs }, { deadlineMs, graceMs });
      ends.push(
        await request.then(
          () => 'no error',
          (error: unknown) => endOf(seed, error),
        ),
      );
    }
    await thread[Symbol.asyncDispose]();
    for (const end of new Set(ends)) expect(end).to.be.oneOf(['no error', ...codes]);
    expect(ends).to.include('user_code_error');
  });
});

function endOf(seed: string, error: unknown): string {
  if (error instanceof TaskError) return error.error.code;
  if (error instanceof ThreadTimeoutError) return 'task_timeout';
  return `${seed}: ${String(error)} ${error instanceof Error ? error.stack : ''}`;
}
