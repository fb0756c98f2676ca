/** Where the corpus of hostile programs runs: a thread per build of the engine, guarded as a worker guards its own, started again when one had to be ended. */
import { TaskError } from '@gridmr/contracts';
import { GuardedThread, ThreadTimeoutError } from '@gridmr/sandbox';
import { type HostileProgram, StallMeter } from '@gridmr/testkit';
import type { HostileRequest, HostileThreadData } from './hostile-thread.js';

export const builds = ['published', 'optimised'] as const;
export type Build = (typeof builds)[number];

export interface HostileOutcome {
  readonly end: { readonly code: string; readonly message: string } | { readonly pairs: unknown };
  /** Without the time for which the machine stood still. */
  readonly tookMs: number;
}

const entry = new URL('./hostile-thread.js', import.meta.url);
const memoryBytes = 32 * 1024 * 1024;
/** As in a worker, but sooner: whoever has not answered by then will not. */
const graceMs = 1000;

export class HostileJail implements AsyncDisposable {
  readonly #threads = new Map<Build, Promise<GuardedThread>>();

  /** Starts the thread of a build, so that what follows is not measured with it. */
  async ready(build: Build): Promise<GuardedThread> {
    const thread = await (this.#threads.get(build) ?? this.#start(build));
    return thread.alive ? thread : this.#start(build);
  }

  async run(build: Build, program: HostileProgram): Promise<HostileOutcome> {
    const thread = await this.ready(build);
    using meter = new StallMeter();
    const { deadlineMs } = program;
    const end = await thread
      .run<HostileRequest, unknown>({ program, memoryBytes }, { deadlineMs, graceMs })
      .then(pairs => ({ pairs }), endOf);
    return { end, tookMs: meter.ranMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const thread of this.#threads.values()) await (await thread)[Symbol.asyncDispose]();
  }

  #start(build: Build): Promise<GuardedThread> {
    const workerData: HostileThreadData = { build };
    const thread = GuardedThread.start(entry, { workerData });
    this.#threads.set(build, thread);
    return thread;
  }
}

/** As a worker judges it (`settle-failure.ts`). Anything else is a failure of the platform, and none of the codes that a program may have. */
function endOf(error: unknown): { code: string; message: string } {
  if (error instanceof TaskError) return error.error;
  const message = String(error);
  return { code: error instanceof ThreadTimeoutError ? 'task_timeout' : 'internal_error', message };
}
