/** The process of a private queue server: watched while it runs, ended for certain. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { processLimits } from '@gridmr/contracts';
import type { Logger } from './logger.js';
import type { QueueServer } from './queue-server.js';
import { QueueServerError } from './queue-server-error.js';

/** A child that leads a process group of its own (`detached`). */
export class PrivateProcess {
  readonly child: ChildProcess;
  /** Resolves when the process is gone, or was never there. */
  readonly exited: Promise<void>;
  /** Aborted with a `QueueServerError` when the process is gone. */
  readonly gone: AbortSignal;
  readonly #askToStop: () => void;
  #output = '';

  constructor(child: ChildProcess, askToStop: () => void) {
    this.child = child;
    this.#askToStop = askToStop;
    const gone = new AbortController();
    this.gone = gone.signal;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', text => {
        this.#output = (this.#output + text).slice(-processLimits.serverOutputLengthMax);
      });
    }
    this.exited = new Promise(resolve => {
      const end = (how: string, cause?: Error) => {
        gone.abort(new QueueServerError(`The private queue server ${how}. ${this.#output.trim()}`, { cause }));
        resolve();
      };
      child.once('error', error => {
        if (child.pid === undefined) end('could not be started', error);
      });
      child.once('exit', (code, signal) => end(`ended with ${signal ?? `code ${code}`}`));
    });
  }

  /** The last lines that it wrote. */
  get output(): string {
    return this.#output;
  }

  /** Asks it to stop, kills its whole group if it does not, and returns when it is gone. */
  async end(): Promise<void> {
    this.#askToStop();
    const waiting = new AbortController();
    const deadline = delay(processLimits.queueServerStopMs, undefined, { signal: waiting.signal }).then(
      () => this.#kill(),
      () => undefined,
    );
    await this.exited;
    waiting.abort();
    await deadline;
  }

  #kill(): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, 'SIGKILL');
    } catch {
      this.child.kill('SIGKILL');
    }
  }
}

export interface PrivateServerParts {
  readonly url: string;
  readonly kind: 'native' | 'embedded';
  readonly pid: number;
  readonly process: PrivateProcess;
  readonly logger: Logger;
  /** Runs once, when the process is gone. */
  readonly afterwards: () => Promise<void>;
}

/** The server as its users see it, once it is ready. */
export function privateServer({ url, kind, pid, process, logger, afterwards }: PrivateServerParts): QueueServer {
  let stopping: Promise<void> | undefined;
  const cleaned = process.exited.then(async () => {
    if (stopping === undefined) {
      logger.error('the private queue server is gone; messages wait until it runs again', {
        error: process.gone.reason,
      });
    }
    await afterwards().catch(error => logger.warn('could not clean up after the private queue server', { error }));
  });
  const stop = () => {
    stopping ??= process.end().then(() => cleaned);
    return stopping;
  };
  return { url, kind, pid, exited: process.exited, stop, [Symbol.asyncDispose]: stop };
}
