/**
 * One of GridMR's programs (API, worker) as a child process: started until it says it is ready, started again with growing
 * pauses when it dies (`RestartPause`), stopped by SIGTERM and, past the deadline, SIGKILL.
 *
 * Each child leads a process group of its own, so that a Ctrl-C in the terminal reaches the launcher alone, which then stops
 * its children in order. If the launcher is killed, the broken IPC channel tells each child to stop by itself.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { processLimits } from '@gridmr/contracts';
import { type Logger, RestartPause } from '@gridmr/runtime';
import { letOthersFirst } from './let-others-first.js';

export interface ProgramOptions<Ready> {
  readonly name: string;
  readonly entry: URL;
  readonly env: NodeJS.ProcessEnv;
  readonly logger: Logger;
  /** How far it lets others go first, beyond what this process does, as `nice` has it: 0 not at all, 19 most. */
  readonly niceness?: number;
  /** What its environment holds besides, when it is started again: what it chose at its first start must not change. */
  readonly restartEnv?: (ready: Ready) => NodeJS.ProcessEnv;
  /** It had been ready, and ended without being asked to. */
  readonly onDeath?: (ready: Ready) => void;
}

/** The program did not come up. */
export class ProgramStartError extends Error {
  constructor(name: string, why: string) {
    super(`${name} did not start: ${why}`);
    this.name = 'ProgramStartError';
  }
}

export class ProgramProcess<Ready> implements AsyncDisposable {
  readonly #options: ProgramOptions<Ready>;
  readonly #pause = new RestartPause();
  #child: ChildProcess;
  /** What the child said when it was ready. */
  #ready: Ready | undefined;
  #stopping = false;
  #restart: NodeJS.Timeout | undefined;

  private constructor(options: ProgramOptions<Ready>) {
    this.#options = options;
    this.#child = this.#spawn(options.env);
  }

  /** Resolves when the program has sent `{ready}`, with what it says there. */
  static async start<Ready>(options: ProgramOptions<Ready>): Promise<{ program: ProgramProcess<Ready>; ready: Ready }> {
    const program = new ProgramProcess<Ready>(options);
    try {
      const ready = await program.#untilReady();
      program.#superviseFromNowOn({ ...options.env, ...options.restartEnv?.(ready) });
      return { program, ready };
    } catch (error) {
      await program[Symbol.asyncDispose]();
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  #spawn(env: NodeJS.ProcessEnv): ChildProcess {
    const { entry, niceness, logger, name } = this.#options;
    const child = fork(entry, { env, detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#ready = undefined;
    whenReady<Ready>(child, ready => {
      if (child === this.#child) this.#ready = ready;
    });
    if (niceness === undefined || child.pid === undefined) return child;
    letOthersFirst(child.pid, niceness).catch(error => {
      logger.debug(`${name} runs with the priority of all others`, { error });
    });
    return child;
  }

  async #untilReady(): Promise<Ready> {
    const { name } = this.#options;
    const child = this.#child;
    const timeout = AbortSignal.timeout(processLimits.readyMs);
    return new Promise((resolve, reject) => {
      whenReady(child, resolve);
      child.once('error', error => reject(new ProgramStartError(name, error.message)));
      child.once('exit', code =>
        reject(new ProgramStartError(name, `it ended with code ${code}; see its message above`)),
      );
      timeout.addEventListener('abort', () => reject(new ProgramStartError(name, 'it was not ready in time')));
    });
  }

  #superviseFromNowOn(env: NodeJS.ProcessEnv): void {
    const child = this.#child;
    let over = false;
    const startAgain = (how: object) => {
      if (this.#stopping || over) return;
      over = true;
      if (this.#ready !== undefined) this.#options.onDeath?.(this.#ready);
      const delayMs = this.#pause.nextMs();
      const { name, logger } = this.#options;
      logger.warn(`${name} ended unexpectedly and is started again`, { ...how, delay_ms: delayMs });
      this.#restart = setTimeout(() => {
        this.#child = this.#spawn(env);
        this.#superviseFromNowOn(env);
      }, delayMs);
    };
    child.once('exit', (code, signal) => startAgain({ code, signal }));
    child.on('error', error => {
      // Of a process that runs, only its channel can fail; its exit will tell.
      if (child.pid === undefined) startAgain({ error });
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

function whenReady<Ready>(child: ChildProcess, tell: (ready: Ready) => void): void {
  child.on('message', (message: { ready?: Ready }) => {
    if (message.ready !== undefined) tell(message.ready);
  });
}
