/**
 * `checkProgram` for a process that must stay alive and quick whatever is submitted: in one warm thread, one program after the other, each with a
 * deadline. A thread that times out, crashes or meets an error that is not about the program is replaced.
 *
 * Checking is a function of the source alone, and people submit a program again and again: what was found of the last good ones is remembered.
 */
import { createHash } from 'node:crypto';
import { type ProgramSource, RequestError, sandboxLimits } from '@gridmr/contracts';
import { LRUCache } from 'lru-cache';
import { GuardedThread } from './guarded-thread.js';
import type { CheckRequest } from './program-check-thread.js';
import type { CheckedProgram, ProgramLanguage } from './program-source.js';
import { ThreadCrashedError, ThreadRequestError, ThreadTimeoutError } from './thread-errors.js';

/** What parsers throw that ran out of stack or memory. */
const overflows: readonly string[] = ['RangeError', 'RuntimeError'];

const entry = new URL('./program-check-thread.js', import.meta.url);

export class ProgramChecker implements AsyncDisposable {
  #thread: Promise<GuardedThread> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  /** By a digest of the request. Their size is that of the request. */
  readonly #good = new LRUCache<string, CheckedProgram>({ maxSize: sandboxLimits.checksKeptLengthMax });
  #disposed = false;

  /**
   * Throws `RequestError`: as `checkProgram` does, and `too_many_requests` when too many programs wait already.
   */
  async check(source: ProgramSource, language: ProgramLanguage): Promise<CheckedProgram> {
    if (this.#disposed) throw new Error('the program checker is closed');
    const request: CheckRequest = { source, language };
    const text = JSON.stringify(request);
    const digest = createHash('sha256').update(text).digest('base64');
    const known = this.#good.get(digest);
    if (known !== undefined) return known;
    if (this.#waiting >= sandboxLimits.checksWaitingMax) {
      throw new RequestError('too_many_requests', 'too many programs are being checked; try again in a moment');
    }
    this.#waiting++;
    const mine = this.#last.then(() => this.#checkNow(request));
    this.#last = mine.catch(() => {});
    try {
      const checked = await mine;
      this.#good.set(digest, checked, { size: text.length });
      return checked;
    } finally {
      this.#waiting--;
    }
  }

  /** Starts the thread before the first program comes. */
  async warmUp(): Promise<void> {
    await this.check({ form: 'functions', map_function: '() => {}' }, 'javascript');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#dropThread();
    await this.#last;
    await this.#dropThread();
  }

  async #checkNow(request: CheckRequest): Promise<CheckedProgram> {
    this.#thread ??= GuardedThread.start(entry, {
      name: 'program-checker',
      resourceLimits: { maxOldGenerationSizeMb: sandboxLimits.compileThreadHeapMb },
    });
    try {
      const thread = await this.#thread;
      return await thread.run<CheckRequest, CheckedProgram>(request, {
        deadlineMs: sandboxLimits.compileMs,
        graceMs: 0,
      });
    } catch (error) {
      if (error instanceof RequestError) throw error;
      await this.#dropThread();
      throw refusalFor(error);
    }
  }

  async #dropThread(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    const started = await thread?.catch(() => undefined);
    await started?.[Symbol.asyncDispose]();
  }
}

function refusalFor(error: unknown): unknown {
  if (error instanceof ThreadTimeoutError) {
    const detail = `the program took longer than ${sandboxLimits.compileMs} ms to compile; make it smaller`;
    return new RequestError('program_does_not_parse', detail, {}, { cause: error });
  }
  const overflowed = error instanceof ThreadRequestError && overflows.includes(error.errorName);
  if (error instanceof ThreadCrashedError || overflowed) {
    const detail = 'the program could not be compiled: it is nested too deeply or too large';
    return new RequestError('program_does_not_parse', detail, {}, { cause: error });
  }
  return error;
}
