/**
 * One of GridMR's programs (API, worker) as a child process: started until it says it is ready, started again with growing
 * pauses when it dies, stopped by SIGTERM and, past the deadline, SIGKILL.
 *
 * Each child leads a process group of its own, so that a Ctrl-C in the terminal reaches the launcher alone, which then stops
 * its children in order. If the launcher is killed, the broken IPC channel tells each child to stop by itself.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { processLimits } from '@gridmr/contracts';
import type { Logger } from '@gridmr/runtime';

export interface ProgramOptions {
  readonly name: string;
  readonly entry: URL;
  readonly env: NodeJS.ProcessEnv;
  readonly logger: Logger;
}

/** The program did not come up. */
export class ProgramStartError extends Error {
  constructor(name: string, why: string) {
    super(`${name} did not start: ${why}`);
    this.name = 'ProgramStartError';
  }
}

export class ProgramProcess<Ready> implements AsyncDisposable {
  readonly #options: ProgramOptions;
  #child: ChildProcess;
  #stopping = false;
  #restart: NodeJS.Timeout | undefined;
  #restarts = 0;

  private constructor(options: ProgramOptions) {
    this.#options = options;
    this.#child = this.#spawn();
  }

  /** Resolves when the program has sent `{ready}`, with what it says there. */
  static async start<Ready>(options: ProgramOptions): Promise<{ program: ProgramProcess<Ready>; ready: Ready }> {
    const program = new ProgramProcess<Ready>(options);
    try {
      const ready = await program.#untilReady();
      program.#superviseFromNowOn();
      return { program, ready };
    } catch (error) {
      await program[Symbol.asyncDispose]();
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  #spawn(): ChildProcess {
    const { entry, env } = this.#options;
    return fork(entry, { env, detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  async #untilReady(): Promise<Ready> {
    const { name } = this.#options;
    const child = this.#child;
    const timeout = AbortSignal.timeout(processLimits.readyMs);
    return new Promise((resolve, reject) => {
      child.on('message', (message: { ready?: Ready }) => {
        if (message.ready !== undefined) resolve(message.ready);
      });
      child.once('error', error => reject(new ProgramStartError(name, error.message)));
      child.once('exit', code =>
        reject(new ProgramStartError(name, `it ended with code ${code}; see its message above`)),
      );
      timeout.addEventListener('abort', () => reject(new ProgramStartError(name, 'it was not ready in time')));
    });
  }

  #superviseFromNowOn(): void {
    this.#child.once('exit', (code, signal) => {
      if (this.#stopping) return;
      const delayMs = Math.min(processLimits.restartDelayMs * 2 ** this.#restarts++, processLimits.restartDelayMaxMs);
      const { name, logger } = this.#options;
      logger.warn(`${name} ended unexpectedly and is started again`, { code, signal, delay_ms: delayMs });
      this.#restart = setTimeout(() => {
        this.#child = this.#spawn();
        this.#superviseFromNowOn();
      }, delayMs);
    });
  }

  /** Returns when the process is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const deadline = setTimeout(() => {
      this.#options.logger.error(`${this.#options.name} did not stop in time and is killed`, { pid: child.pid });
      child.kill('SIGKILL');
    }, processLimits.stopMs + processLimits.killGraceMs);
    await gone;
    clearTimeout(deadline);
  }
}
