/** The thread that the tests of `GuardedThread` start. */
import { workerData } from 'node:worker_threads';
import { type ProgramSource, RequestError, TaskError } from '@gridmr/contracts';
import { serveRequests } from '@gridmr/sandbox';
import { attempt, type OpenRequest } from './attempt.js';
import { openOnQuickJs } from './quickjs-opener.js';

export type ThreadRequest =
  | { kind: 'echo'; value: unknown }
  | { kind: 'task-error' | 'request-error' | 'other-error' | 'hang' | 'exit' | 'throw-later' | 'exhaust' }
  | { kind: 'sandbox'; source: ProgramSource };

serveRequests(async (request: ThreadRequest, { notice }) => {
  switch (request.kind) {
    case 'echo':
      notice('echoing');
      return { value: request.value, ...workerData };
    case 'task-error':
      throw new TaskError({ code: 'memory_limit', message: 'm', line: 3 });
    case 'request-error':
      throw new RequestError('not_found', 'nothing there', { line: 4 });
    case 'other-error':
      throw Object.assign(new RangeError('too far'), { code: 'E_FAR' });
    case 'hang':
      for (;;);
    case 'exit':
      return process.exit(3);
    case 'throw-later':
      setImmediate(() => {
        throw new Error('later');
      });
      return new Promise(() => {});
    case 'exhaust': {
      const kept: unknown[] = [];
      for (;;) kept.push(new Array(1000).fill(kept.length));
    }
    case 'sandbox': {
      const { source } = request;
      const open = (options: OpenRequest) => openOnQuickJs({ ...options, source });
      return (await attempt(open, {}, { deadlineMs: 300 })).pairs;
    }
  }
});
