/** What every command works with: where it writes, which server it asks, and when it has to stop. */
import { GridmrClient } from '@gridmr/client';
// Not all of the package: a command that is run often needs no queue, and loading one takes longer than most commands do.
import { stopSignal } from '@gridmr/runtime/stop-signal';
import type { Command } from 'commander';
import { CliError } from './cli-error.js';
import { exitCodes } from './exit-codes.js';

const urlDefault = 'http://127.0.0.1:8000';

/** Options that every command has. */
export interface SharedOptions {
  readonly url?: string;
  readonly apiKey?: string;
  readonly json?: boolean;
}

export class CommandLine {
  readonly out = process.stdout;
  /** Progress, notes and errors. */
  readonly err = process.stderr;
  readonly #stopWriting = new AbortController();
  #signal: AbortSignal | undefined;

  /** Aborted by Ctrl-C, by SIGTERM, and when whoever reads the output has gone. */
  get signal(): AbortSignal {
    this.#signal ??= AbortSignal.any([stopSignal(), this.#stopWriting.signal]);
    return this.#signal;
  }

  /** Whether nobody reads the output any more, as behind `| head`. */
  get isUnread(): boolean {
    return this.#stopWriting.signal.aborted;
  }

  noticeClosedPipe(): void {
    this.out.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      this.#stopWriting.abort('nobody reads the output any more');
    });
  }

  client({
    url = process.env.GRIDMR_URL || urlDefault,
    apiKey = process.env.GRIDMR_API_KEY,
  }: SharedOptions): GridmrClient {
    try {
      return new GridmrClient({ baseUrl: url, apiKey: apiKey === '' ? undefined : apiKey });
    } catch (cause) {
      throw new CliError(exitCodes.usage, `${url} is not a URL`, `give one as ${urlDefault}`, { cause });
    }
  }

  /** A line on standard output. */
  print(line: string): void {
    this.out.write(`${line}\n`);
  }

  /** A line for whoever looks on; it is not part of the output. */
  note(line: string): void {
    this.err.write(`${line}\n`);
  }

  printJson(value: unknown): void {
    this.print(JSON.stringify(value));
  }

  /** Writes as fast as it is read. */
  async write(chunk: Uint8Array | string): Promise<void> {
    this.signal.throwIfAborted();
    if (this.out.write(chunk)) return;
    await new Promise<void>((resolve, reject) => {
      const stop = () => reject(this.signal.reason);
      this.signal.addEventListener('abort', stop, { once: true });
      this.out.once('drain', () => {
        this.signal.removeEventListener('abort', stop);
        resolve();
      });
    });
  }
}

/** Options of a command together with those that stand before it. */
export function optionsOf<Options extends object>(command: Command): Options & SharedOptions {
  return command.optsWithGlobals<Options & SharedOptions>();
}
